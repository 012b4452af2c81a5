/**
 * What macp itself wrote, against the process table, git and the disk.
 *
 * @module
 */
import { join } from "@std/path";
import { isLive } from "../../controller/owners.ts";
import { recoverScratch } from "../../controller/scratch.ts";
import { describeDistrust } from "../../controller/trusted_view.ts";
import { resultOwner } from "../../dispatcher/result_owner.ts";
import { readGitView } from "../../dispatcher/git_view.ts";
import { listWorktrees } from "../../dispatcher/own_worktrees.ts";
import { taskPlace } from "../../dispatcher/worktree_place.ts";
import { askProgram } from "../../process/ask_program.ts";
import type { Task } from "../../protocol/generated/types.ts";
import { taskNames } from "../../protocol/names.ts";
import { checkTask, idOf, type RawTask, statusOf } from "../../protocol/task.ts";
import type { ControllerContext } from "../../controller/context.ts";
import { type Finding, found } from "./finding.ts";

/** Free bytes below which a disk is told of. */
const littleBytes = 1024 ** 3;
/** Milliseconds to wait for a lock that should be free. */
const lockMs = 200;

/** The queue: whether it parses, and its tasks. */
export function checkQueue({ store, settings }: ControllerContext): Finding[] {
  const queue = store.readQueue();
  const nameless = queue.nameless();
  const isSound = (raw: RawTask) =>
    checkTask(raw).ok && resultOwner(queue.tasks, settings, raw) === null;
  const invalid = queue.tasks.filter((raw) => idOf(raw) !== null && !isSound(raw));
  const findings = [found.ok("queue", `${queue.tasks.length} tasks`)];
  if (nameless > 0) {
    findings.push(
      found.fail("queue", `${nameless} elements have no id`, "macp validate tells which"),
    );
  }
  if (invalid.length > 0) {
    const ids = invalid.slice(0, 5).map((raw) => idOf(raw)).join(", ");
    findings.push(
      found.warn("queue", `${invalid.length} tasks are invalid: ${ids}`, "macp validate tells why"),
    );
  }
  return findings;
}

/** Who runs the queue, and whether the lock says the same. */
export async function checkController(context: ControllerContext): Promise<Finding> {
  const { world, store } = context;
  const { controller } = store.readState();
  const alive = controller !== null && isLive(world, controller);
  const lock = await world.files.lock(store.paths.runLock, lockMs);
  lock?.release();
  if (lock === null) {
    return alive ? found.ok("lock", `process ${controller.pid} runs the queue`) : found.warn(
      "lock",
      "some process holds run.lock that the ledger does not name",
      `lsof ${store.paths.runLock}`,
    );
  }
  if (alive) {
    return found.fail(
      "lock",
      `process ${controller.pid} runs the queue and does not hold run.lock`,
      "Was the lock file deleted? End the process, then run again",
    );
  }
  if (controller === null) return found.ok("lock", "nobody runs the queue");
  return {
    ...found.warn(
      "lock",
      `the controller ended without saying so: process ${controller.pid}`,
      "The next run makes it good",
    ),
  };
}

/** Attempts that the ledger names, against the process table. */
export function checkAttempts({ store, world }: ControllerContext): Finding[] {
  const { controller, running } = store.readState();
  const active = controller !== null && isLive(world, controller);
  const left = Object.entries(running).filter(([, { owner }]) =>
    owner ? !isLive(world, owner) : !active
  );
  const lost = store.readQueue().tasks.filter((raw) =>
    (statusOf(raw) === "running" || statusOf(raw) === "gated") &&
    !Object.hasOwn(running, idOf(raw) ?? "")
  );
  const ids = [...left.map(([id]) => id), ...lost.map((raw) => idOf(raw))];
  if (ids.length === 0) {
    return [found.ok("attempts", `${Object.keys(running).length} under way`)];
  }
  return [found.warn(
    "attempts",
    `nobody carries them out any more: ${ids.join(", ")}`,
    "The next run counts them as lost and goes on: macp run --once",
  )];
}

/** Worktrees that the ledger names, against git's list and the disk. */
export async function checkWorktrees(context: ControllerContext): Promise<Finding[]> {
  const { git, store, world: { files } } = context;
  const { worktrees } = store.readState();
  const listed = await listWorktrees(git);
  const findings: Finding[] = [];
  for (const [path, { task_id }] of Object.entries(worktrees)) {
    const registered = listed.some((entry) => entry.path === path);
    if (files.lstat(path) === null) {
      findings.push(
        found.warn(
          "worktrees",
          `${path} of ${task_id} is gone`,
          `macp restore ${task_id} brings it back; macp clean forgets it`,
        ),
      );
    } else if (!registered) {
      findings.push(
        found.warn("worktrees", `git does not know ${path} of ${task_id}`, "macp clean tells more"),
      );
    }
  }
  const foreign = listed.filter(({ path, prunable }) => prunable && !(path in worktrees));
  for (const { path } of foreign) {
    findings.push(
      found.warn(
        "worktrees",
        `git lists ${path}, which is gone and which macp did not make`,
        "git worktree prune",
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [found.ok("worktrees", `${Object.keys(worktrees).length} of tasks, as git lists them`)];
}

/** Worktrees that macp made for itself, and whose owner died. */
export function checkScratch(context: ControllerContext): Finding[] {
  const { store, world } = context;
  const left = Object.entries(store.readState().scratch ?? {})
    .filter(([, { owner }]) => !isLive(world, owner)).map(([path]) => path);
  if (left.length === 0) return [];
  return [{
    ...found.warn(
      "scratch",
      `left by processes that ended: ${left.join(", ")}`,
      "macp doctor --fix",
    ),
    fix: async () => `removed ${(await recoverScratch(context)).join(", ") || "nothing"}`,
  }];
}

/** What a worker changed of what git sees in the repository. */
export async function checkGitView({ git, store }: ControllerContext): Promise<Finding[]> {
  const changed = store.readState().git_view;
  if (changed === undefined) return [];
  const why = await describeDistrust(changed, await readGitView(git));
  return why === null ? [] : [
    found.fail("git view", `no task with a worktree begins: ${why.what}`, why.undo),
  ];
}

/** Modes of what can hold secrets. */
export function checkModes({ store: { paths }, world: { files } }: ControllerContext): Finding[] {
  const open = [
    paths.folder,
    paths.logs,
    join(paths.folder, "results"),
    paths.attempts,
    paths.state,
    paths.events,
  ]
    .filter((path) => {
      const stat = files.lstat(path);
      if (stat === null || path === paths.folder) return false;
      return (stat.mode & 0o077) !== 0;
    });
  if (open.length === 0) {
    return [found.ok("modes", "logs, results and ledger are readable by you alone")];
  }
  return [{
    ...found.warn("modes", `others can read ${open.join(", ")}`, "macp doctor --fix"),
    fix: () => {
      for (const path of open) {
        files.setMode(path, files.lstat(path)?.kind === "folder" ? 0o700 : 0o600);
      }
      return `only you can read ${open.join(", ")}`;
    },
  }];
}

/** Free space where state and worktrees stand. */
export async function checkDisk(context: ControllerContext): Promise<Finding[]> {
  const { store: { paths }, world } = context;
  const places = new Set([paths.folder, await worktreeFolder(context)]);
  return await Promise.all([...places].map(async (place) => {
    const answer = await askProgram(world, {
      command: "df",
      args: ["-Pk", "--", existing(context, place)],
      env: { ...world.env, LC_ALL: "C" },
      timeoutMs: 5000,
    });
    const free = freeBytes(answer?.stdout ?? "");
    if (free === null) return found.warn("disk", `free space is not known: ${place}`);
    const told = `${(free / 1024 ** 3).toFixed(1)} GiB free: ${place}`;
    return free < littleBytes
      ? found.warn("disk", told, "Agents and worktrees need room")
      : found.ok("disk", told);
  }));
}

async function worktreeFolder({ git, settings }: ControllerContext): Promise<string> {
  const task = { id: "x", title: "", status: "pending" } as Task;
  return taskPlace(git, settings, task, await taskNames("x")).base;
}

/** The nearest folder above a path that exists. */
function existing({ world: { files } }: ControllerContext, path: string): string {
  let place = path;
  while (place !== "/" && files.stat(place) === null) place = join(place, "..");
  return place;
}

/** Free bytes in what `df -Pk` prints, or null. */
export function freeBytes(output: string): number | null {
  const blocks = /\s(\d+)\s+\d+%\s/.exec(output.split("\n")[1] ?? "")?.[1];
  return blocks === undefined ? null : Number(blocks) * 1024;
}
