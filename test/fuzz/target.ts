import type fc from 'fast-check';

/** Something to fuzz: a property that is tried with one seed after the other. */
export interface Target {
  readonly name: string;
  readonly property: fc.IRawProperty<unknown>;
  /** Runs with one seed, so that no target waits long for its turn. */
  readonly runs: number;
}
