/**
 * Where the objects of a spec were written down. A spec is loaded with each of its object and list literals handed
 * through `at`, so that a problem is told with the line it stands on, however the tables were put together.
 */

/** Under this symbol of `globalThis` instrumented modules find `at`. */
export const REGISTRY = Symbol.for('truepeer.codegen.places');

/** @typedef {{ file: string, offset: number, properties: Readonly<Record<string, number>> }} Place */

/** @type {WeakMap<object, Place>} */
const places = new WeakMap();

/**
 * Notes where an object stands, unless that is known; gives it back.
 *
 * @template {object} T
 * @param {T} object
 * @param {Place} place offsets in the text of the file, of the object and of its properties by name
 * @returns {T}
 */
export function at(object, place) {
  if (!places.has(object)) places.set(object, place);
  return object;
}

/**
 * @param {unknown} object
 * @returns {Place | undefined}
 */
export function placeOf(object) {
  return typeof object === 'object' && object !== null ? places.get(object) : undefined;
}
