/** `truepeer/spec`: the tables, and the way to add to them. Data and one function, nothing heavy. */
export { spec } from '../spec/index.ts';
export type * from '../spec/types.ts';
export { extendSpec, type SpecExtension } from './extend.ts';
