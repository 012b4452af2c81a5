/**
 * The log that git keeps of where HEAD of a checkout stood, which goes with the checkout.
 *
 * @module
 */
import { join } from "@std/path";
import type { Files } from "../sys/files.ts";
import type { Git } from "./git.ts";
import { resolveCommit } from "./refs.ts";

/** One line of it: HEAD went from one commit to another. */
export interface HeadMove {
  /** Null for none. */
  from: string | null;
  to: string | null;
  /** What git did, for example `commit: Title`. */
  message: string;
}

/** Messages of moves to a commit that stands on the one before. */
const growing = /^(commit( \(merge\))?|cherry-pick|revert|merge [^:]*):/;

/** Reads the log out of git's own folder of a checkout, if there is one, the oldest move first. */
export function readHeadLog(
  files: Pick<Files, "lstat" | "readText">,
  gitFolder: string | null,
): HeadMove[] {
  if (gitFolder === null) return [];
  const path = join(gitFolder, "logs", "HEAD");
  return files.lstat(path)?.kind === "file" ? parseHeadLog(files.readText(path)) : [];
}

/** Pure reader of that file. */
export function parseHeadLog(text: string): HeadMove[] {
  const idOf = (digits = "") => /^0*$/.test(digits) ? null : digits;
  return [...text.matchAll(/^([0-9a-f]{40,64}) ([0-9a-f]{40,64}) [^\t\n]*(?:\t(.*))?$/gm)]
    .map(([, from, to, message = ""]) => ({ from: idOf(from), to: idOf(to), message }));
}

/** The commit that HEAD was on last, for a checkout whose branch is gone; null without one. */
export async function lastHead(git: Git, moves: readonly HeadMove[]): Promise<string | null> {
  const last = moves.findLast(({ from, to }) => from !== null || to !== null);
  return await resolveCommit(git, last?.to ?? last?.from ?? "");
}

/** Whether the log itself tells that `head` stands on all of its commits. */
export function onlyGrew(moves: readonly HeadMove[], head: string | null): boolean {
  const isNext = ({ from, to, message }: HeadMove, i: number) =>
    i === 0 ? from === null : from === moves[i - 1]?.to && (from === to || growing.test(message));
  return moves.every(isNext) && (moves.length === 0 || moves.at(-1)?.to === head);
}
