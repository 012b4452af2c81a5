/**
 * Whether a worker that has a worktree of its own changed the main checkout all the
 * same: told, never reverted.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../git/git.ts";
import { firstOf } from "../protocol/text.ts";
import type { Files } from "../sys/files.ts";
import type { Dispatched, DispatchRequest } from "./dispatch_request.ts";
import { taskPlace } from "./worktree_place.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";

/** The main checkout at one time: what git says of each path, and what the file was. */
export type CheckoutMark = ReadonlyMap<string, string>;

/** State of macp, which changes all the time; its settings do not. */
const state = ".mosaic/orchestrator/";
const configuration = `${state}config.json`;

/**
 * Looks at the main checkout; null when that was not possible.
 *
 * @param git Git in the main checkout.
 * @param worktreeBase Folder of the worktrees, which may lie inside.
 */
export async function markCheckout(git: Git, worktreeBase: string): Promise<CheckoutMark | null> {
  const args = ["status", "--porcelain=v2", "--branch", "-z", "--untracked-files=all"];
  try {
    const { code, stdout } = await git.run([...args, "--no-renames", "--ignore-submodules=none"]);
    if (code !== 0) return null;
    const { files } = git.world;
    const base = realPathOf(files, worktreeBase);
    const rows = [...parseRows(stdout)].filter(([path]) => isCounted(git.cwd, path, base));
    const mark = new Map(rows.map(([path, row]) => [path, `${row} ${identity(files, git, path)}`]));
    return mark.set(configuration, identity(files, git, configuration));
  } catch {
    return null;
  }
}

/** Pure reader of the rows of `git status --porcelain=v2 --branch -z`, by path. */
export function parseRows(output: string): Map<string, string> {
  const rows = new Map<string, string>();
  for (const row of output.split("\0")) {
    const fields = { "1": 8, "u": 10, "?": 1 }[row[0] ?? ""];
    if (fields !== undefined) {
      const words = row.split(" ");
      rows.set(words.slice(fields).join(" "), words.slice(0, fields).join(" "));
    } else if (/^# branch\.(oid|head) /.test(row)) {
      rows.set("HEAD", `${rows.get("HEAD") ?? ""}${row}`);
    }
  }
  return rows;
}

function isCounted(root: string, path: string, worktreeBase: string): boolean {
  if (path.startsWith(state)) return false;
  const whole = join(root, path);
  return whole !== worktreeBase && !isBelow(whole, worktreeBase);
}

/** What tells a file that was written from one that was not. */
function identity(files: Files, { cwd }: Git, path: string): string {
  if (path === "HEAD") return "";
  const stat = files.lstat(join(cwd, path));
  return stat === null ? "gone" : `${stat.kind} ${stat.size} ${stat.mtimeMs} ${stat.mode}`;
}

/** Paths that differ between two looks, HEAD first; null when one of them was not possible. */
export function changedSince(
  before: CheckoutMark | null,
  after: CheckoutMark | null,
): string[] | null {
  if (before === null || after === null) return null;
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path)).sort((a, b) =>
    Number(b === "HEAD") - Number(a === "HEAD") || (a < b ? -1 : 1)
  );
}

/** Two looks at the main checkout, around a worker. */
export interface MainCheckoutWatch {
  /** Begins to look, unless a setup may still change something. */
  early(): void;
  /** Before the worker begins. */
  begin(): Promise<void>;
  /** After it ended: what changed goes into `dispatched`. */
  end(dispatched: Dispatched): Promise<void>;
}

/** Watches the main checkout; null for a task that works in it rightly. */
export function watchMainCheckout(request: DispatchRequest): MainCheckoutWatch | null {
  const { git, settings, task, names, branch } = request;
  if (branch === null) return null;
  const look = () => markCheckout(git, taskPlace(git, settings, task, names).base);
  let early: Promise<CheckoutMark | null> | null = null;
  let before: CheckoutMark | null = null;
  return {
    early() {
      if (settings.macp.setup === null) early = look();
    },
    async begin() {
      before = await (early ?? look());
    },
    async end(dispatched) {
      const changes = before === null ? null : changedSince(before, await look());
      dispatched.mainCheckoutChanges = changes;
      if (changes === null || changes.length === 0) return;
      const which = firstOf(changes, 10);
      const warning = "the main checkout changed while the worker ran, and was left as it is";
      dispatched.warnings.push(`${warning}: ${which}`);
    },
  };
}
