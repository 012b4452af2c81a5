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
 * that leaves the branch in the middle of it gets its files back, also when it took all of
 * the change along to another branch.
 */
const steps = `
staged() { git diff-index --cached --name-only --no-renames HEAD --; }
carried() {
  test -z "$({ staged; staged; git diff-tree -r --name-only "$1" "$2"; } | sort | uniq -u)"
}
writable() {
  git config --get-regexp '^filter\\..*\\.(smudge|process)$' >/dev/null || return 0
  trial="$(git rev-parse --absolute-git-dir)/macp-$$"
  changed="git diff-tree -r -z --name-only --no-renames --diff-filter=d"
  GIT_INDEX_FILE="$trial/index" && export GIT_INDEX_FILE && mkdir "$trial" &&
    git read-tree "$2" && $changed "$1" "$2" |
    git checkout-index -q -z --stdin --prefix="$trial/files/"
  code=$?
  rm -rf "$trial"
  return $code
}
here() { test "$(git symbolic-ref -q HEAD)" = "$1"; }
here "$1" || exit ${leftCode}
# A filter that fails would leave half of the change in the checkout.
(writable "$2" "$3") || exit ${refusedCode}
git update-index -q --refresh >&2
git read-tree -m -u "$2" "$3" || { here "$1" && exit ${refusedCode}; exit ${leftCode}; }
if here "$1" && git update-ref -m "$4" "$1" "$3" "$2"; then
  # A switch that had read the index already changes HEAD only now.
  sleep 0.2
  here "$1" || ! carried "$2" "$3" || git read-tree -m -u "$3" "$2"
  exit 0
fi
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
