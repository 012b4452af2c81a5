/**
 * The nearest known name to one that is not known.
 *
 * @module
 */
import { levenshteinDistance } from "@std/text";

/** The nearest of the known names, or null when none is near. */
export function nearest(name: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) >= least) continue;
    const distance = levenshteinDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** A hint that names the nearest known name; none when there is none near. */
export function nearestHint(name: string, known: Iterable<string>, prefix = ""): string[] {
  const found = nearest(name, known);
  return found === null ? [] : [`Did you mean ${prefix}${found}?`];
}
