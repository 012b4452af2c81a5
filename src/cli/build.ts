/**
 * What the executable was made of. The texts below are replaced when it is made
 * (scripts/compile.ts); from source they stay.
 *
 * @module
 */

/** What is known of the making. */
export interface Build {
  /** Commit of the sources, with `-dirty` where they differ from it; null when unknown. */
  commit: string | null;
  /** Day of that commit, as 2026-11-21; null when unknown. */
  date: string | null;
}

/** Placeholders, by what stands in their place. */
const stamp = { commit: "@macp:commit@", date: "@macp:date@" };

function known(text: string): string | null {
  return text.startsWith("@") || text === "" ? null : text;
}

/** What is known of the making of this program. */
export const build: Build = { commit: known(stamp.commit), date: known(stamp.date) };
