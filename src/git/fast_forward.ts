/**
 * Moving a local branch forward: that branch and no other, whatever somebody does to the
 * checkouts meanwhile. A branch is never moved by force.
 *
 * @module
 */
import { type Git, type GitOutput, lastWords } from "./git.ts";
import { resolveCommit } from "./refs.ts";

/** What came of moving a branch. */
export type Moved =
  | { kind: "moved" }
  /** It is no longer where it was expected. */
  | { kind: "elsewhere"; now: string | null }
  /** The checkout has left the branch; nothing was changed. */
  | { kind: "left" }
  /** Git refuses, for example as local changes would be overwritten. */
  | { kind: "refused"; reason: string; paths: string[] };

/** Exit codes of the steps below. */
const leftCode = 81;
const refusedCode = 82;

/**
 * The files of a checkout, then its branch, in one child: it goes on when this program is
 * killed. Only the named ref is written, and only from where it was expected; a checkout
 * that leaves the branch in the middle of it gets its files back.
 */
const steps = `
here() { test "$(git symbolic-ref -q HEAD)" = "$1"; }
here "$1" || exit ${leftCode}
git update-index -q --refresh >&2
git read-tree -m -u "$2" "$3" || exit ${refusedCode}
here "$1" && git update-ref -m "$4" "$1" "$3" "$2" && exit 0
git read-tree -m -u "$3" "$2"
here "$1" || exit ${leftCode}
exit ${refusedCode}
`;

/**
 * Moves a local branch forward to a descendant, only while it stands where it is
 * expected. Where it is checked out, its files go along, and git refuses to overwrite
 * what is not committed there; ignored files the caller looks after.
 *
 * @param checkout Path of the worktree that has the branch checked out, or null.
 * @param options.reason For the reflog.
 */
export async function fastForward(
  git: Git,
  branch: string,
  { from, to, checkout, reason }: {
    from: string;
    to: string;
    checkout: string | null;
    reason: string;
  },
): Promise<Moved> {
  const ref = `refs/heads/${branch}`;
  const now = await resolveCommit(git, ref);
  if (now !== from) return { kind: "elsewhere", now };
  const output = checkout === null
    ? await git.run(["update-ref", "-m", reason, ref, to, from])
    : await moveCheckout(git.at(checkout), [ref, from, to, `${reason}: Fast-forward`]);
  if (output.code === 0) return { kind: "moved" };
  const after = await resolveCommit(git, ref);
  if (after !== from) return { kind: "elsewhere", now: after };
  if (output.code === leftCode) return { kind: "left" };
  return { kind: "refused", ...whyRefused(output) };
}

function moveCheckout(git: Git, args: readonly string[]): Promise<GitOutput> {
  return git.script(steps, args);
}

/** Git names one path that is in the way on each line. */
function whyRefused({ stderr }: GitOutput): { reason: string; paths: string[] } {
  const named = [
    ...stderr.matchAll(/^error: (?:Entry|Untracked working tree file) '(.+)' /gm),
  ];
  const paths = [...new Set(named.map(([, path = ""]) => path))];
  return { reason: lastWords(stderr) || "git gave no reason", paths };
}
