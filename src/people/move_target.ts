/**
 * The last step of a landing: the branch goes forward, with the files of the checkout that
 * has it at that moment.
 *
 * @module
 */
import { listWorktrees } from "../dispatcher/own_worktrees.ts";
import { fastForward } from "../git/fast_forward.ts";
import type { Git } from "../git/git.ts";
import { findInTheWay } from "../git/in_the_way.ts";
import { findUnderWay } from "../git/under_way.ts";
import type { Done } from "./land_report.ts";
import { reach } from "../sys/fail_points.ts";

/** A local branch, and the commits that it goes from and to. */
export interface Way {
  into: string;
  from: string;
  to: string;
}

/** How often a checkout may leave the branch in the moment of the landing. */
const mostTries = 5;

/** Moves the branch; null when it did, otherwise why it stays. */
export async function moveTarget(
  git: Git,
  { into, from, to, reason }: Way & { reason: string },
): Promise<Done | null> {
  for (let tries = 0; tries < mostTries; tries++) {
    const begun = await findUnderWay(git, into);
    if (begun !== null) return { kind: "under_way", ...begun };
    // People switch branches while gates run: where it is checked out is asked anew.
    const checkout = await checkoutOf(git, into);
    const late = await whatIsInTheWay(git, { into, from, to });
    if (late !== null) return late;
    const moved = await fastForward(git, into, { from, to, checkout, reason });
    if (moved.kind === "moved") {
      reach("landing.moved");
      return null;
    }
    if (moved.kind === "elsewhere") return { kind: "moved" };
    if (moved.kind === "left") continue;
    const { reason: why, paths } = moved;
    if (paths.length === 0) return { kind: "refused", reason: why };
    return { kind: "in_the_way", checkout: checkout ?? git.cwd, reason: why, paths };
  }
  return { kind: "moved" };
}

/** What would be lost where the branch is checked out, or null. */
export async function whatIsInTheWay(git: Git, { into, from, to }: Way): Promise<Done | null> {
  const checkout = await checkoutOf(git, into);
  const found = checkout === null ? null : await findInTheWay(git.at(checkout), { from, to });
  return checkout === null || found === null ? null : { kind: "in_the_way", checkout, ...found };
}

/** The worktree that has a branch checked out, or null. */
export async function checkoutOf(git: Git, branch: string): Promise<string | null> {
  const entries = await listWorktrees(git);
  const found = entries.find((entry) => entry.branch === branch && !entry.prunable && !entry.bare);
  return found && git.world.files.lstat(found.path) !== null ? found.path : null;
}
