/**
 * A promise of the program that is broken on purpose.
 *
 * @module
 */

/** Numbers of the promises. */
export const promises = [1, 2, 3, 4, 5, 6, 7] as const;

/** Number of a promise. */
export type PromiseNumber = (typeof promises)[number];

/** A test on the executable. */
export interface MutationTest {
  /** Name of a file in `tests/e2e`. */
  file: string;
  /** Text that the names of the tests hold which are run. */
  filter: string;
}

/** One or two wrong lines in one module. */
export interface Mutation {
  promise: PromiseNumber;
  /** Path of the module below `src`. */
  module: string;
  /** What the program does wrong then, in a sentence without a full stop. */
  why: string;
  /** Text of the module, which stands in it exactly once. */
  find: string;
  /** What takes its place. */
  replace: string;
  /** Tests of which one fails by it, at least. */
  tests: readonly MutationTest[];
}

/** The module with the mutation, or null when `find` does not stand in it exactly once. */
export function mutated(text: string, { find, replace }: Mutation): string | null {
  const [before, after, more] = text.split(find);
  if (before === undefined || after === undefined || more !== undefined) return null;
  return `${before}${replace}${after}`;
}

/** What a report calls a mutation. */
export function titleOf({ promise, module, why }: Mutation): string {
  return `promise ${promise}, ${module}: ${why}`;
}
