/**
 * Numbers that look random and are the same in every run.
 *
 * @module
 */

/** Makes a function that gives whole numbers from 0 up to, not including, its argument. */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
