/**
 * Every path that `clean` has to say something about, and what is known of it.
 *
 * @module
 */
import { join } from "@std/path";
import { whyForeign } from "../dispatcher/owned_mark.ts";
import { isUnfinished, listWorktrees } from "../dispatcher/own_worktrees.ts";
import { worktreePlace } from "../dispatcher/worktree_place.ts";
import { isBelow, realPathOf } from "../sys/real_path.ts";
import { listRefs } from "../git/refs.ts";
import type { WorktreeEntry } from "../git/worktree_list.ts";
import { sha256Hex } from "../protocol/names.ts";
import { statusOf } from "../protocol/task.ts";
import type { Files } from "../sys/files.ts";
import type { View } from "../store/store.ts";
import { lostWorktrees } from "../controller/adopt_worktrees.ts";
import type { ControllerContext } from "../controller/context.ts";
import { whyBusy } from "../controller/hold_task.ts";
import type { PlaceFacts } from "./judge_place.ts";
import { isLive } from "../controller/owners.ts";

/** A path and what is known of it. */
export interface SurveyedPlace {
  path: string;
  facts: PlaceFacts;
}

interface Survey {
  context: ControllerContext;
  view: View;
  entries: readonly WorktreeEntry[];
  /** Without symbolic links. */
  base: string;
  /** Ends of the refs that say which branches macp made. */
  ownHashes: ReadonlySet<string>;
}

/** The ledger's worktrees, git's, and what lies directly below `worktree_base`, by path. */
export async function surveyPlaces(context: ControllerContext): Promise<SurveyedPlace[]> {
  const { git, store, settings, world: { files } } = context;
  const { base: named } = worktreePlace({
    repository: git.cwd,
    base: settings.macp.worktree_base,
    worktree: undefined,
    slug: "any",
    home: git.world.env.HOME,
  });
  const base = realOr(files, named);
  const below = files.list(base).map((name) => join(base, name));
  const [entries, refs] = await Promise.all([
    listWorktrees(git),
    listRefs(git, "refs/macp/branches/"),
  ]);
  // Read last: what was made meanwhile is in the ledger then.
  const view = { queue: store.readQueue(), state: store.readState() };
  view.state.worktrees = { ...await lostWorktrees(context), ...view.state.worktrees };
  const ownHashes = new Set(refs.map(({ name }) => name.slice(name.lastIndexOf("/") + 1)));
  const survey = { context, view, entries, base, ownHashes };
  const linked = entries.slice(1).map(({ path }) => path);
  const { worktrees, scratch = {} } = view.state;
  const paths = new Set([...Object.keys(worktrees), ...Object.keys(scratch), ...linked, ...below]);
  const places = [];
  for (const path of [...paths].sort()) places.push({ path, facts: await look(survey, path) });
  return places;
}

async function look(survey: Survey, path: string): Promise<PlaceFacts> {
  const { context: { git, world }, view, entries, base, ownHashes } = survey;
  const { worktrees, scratch = {} } = view.state;
  const owned = worktrees[path] ?? null;
  const entry = entries.find((entry) => entry.path === path) ?? null;
  const owner = scratch[path]?.owner;
  const found = whatStands(world.files, path);
  const isFolder = owned !== null && found === "folder";
  const branchHash = entry?.branch ? (await sha256Hex(entry.branch)).slice(0, 16) : "";
  const raw = owned === null ? undefined : view.queue.find(owned.task_id);
  return {
    found,
    inBase: isBelow(path, base),
    baseExists: world.files.stat(base)?.kind === "folder",
    owned,
    scratch: owner ? { pid: owner.pid, live: isLive(world, owner) } : null,
    entry,
    ownBranch: ownHashes.has(branchHash),
    ownFolder: isFolder && await isUnfinished(git, path),
    foreign: isFolder ? await whyForeign(git, path, owned) : null,
    status: raw === undefined ? undefined : statusOf(raw),
    busy: owned === null ? null : whyBusy(world, view, owned.task_id),
    pids: isFolder ? world.processes.withFolder(path).map(({ pid }) => pid) : [],
  };
}

function whatStands(files: Files, path: string): PlaceFacts["found"] {
  const stat = files.lstat(path);
  if (stat === null) return "nothing";
  if (stat.kind === "symlink") return "link";
  if (stat.kind !== "folder") return "file";
  return files.realPath(path) === path ? "folder" : "elsewhere";
}

function realOr(files: Files, path: string): string {
  try {
    return realPathOf(files, path);
  } catch {
    return path;
  }
}
