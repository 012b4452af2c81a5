/**
 * `macp submit`
 *
 * @module
 */
import type { Git } from "../../git/git.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import { isRecord } from "../../protocol/events.ts";
import type { Task } from "../../protocol/generated/types.ts";
import { attemptOf } from "../../controller/owners.ts";
import { readBrief } from "../../dispatcher/attempt_files.ts";
import { requireInside } from "../../dispatcher/check_place.ts";
import { taskPlace } from "../../dispatcher/worktree_place.ts";
import { resultOwner } from "../../dispatcher/result_owner.ts";
import { isResultPath } from "../../dispatcher/result_paths.ts";
import { isBranchName, taskIdPattern, taskNames } from "../../protocol/names.ts";
import { nearestHint } from "../../protocol/nearest.ts";
import { parseJsonText } from "../../protocol/parse_json.ts";
import { shellWord } from "../../protocol/text.ts";
import type { Settings } from "../../protocol/settings.ts";
import { checkTask, idOf } from "../../protocol/task.ts";
import { describeFault } from "../../protocol/validation.ts";
import type { View } from "../../store/store.ts";
import type { Arguments, Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { usageError } from "../parse_arguments.ts";
import { submissionDoubts } from "../submission_doubts.ts";

/** Adds one task. The same idempotency key again adds nothing. */
export async function run(invocation: Invocation): Promise<number> {
  const { output, args } = invocation;
  const repository = await openRepository(invocation);
  const { settings, store, git } = repository;
  const task = taskFrom(args, settings);
  requireOpenId(task.id, repository);
  await checkWorktree(git, settings, task);
  readBrief(invocation.world, git.cwd, task, settings);
  const doubts = await submissionDoubts(invocation.world, repository, task);
  const dryRun = args.flag("dry-run");
  const existing = dryRun
    ? planSubmission({ queue: store.readQueue(), state: store.readState() }, task, settings)
    : await store.change((view) => {
      const existing = planSubmission(view, task, settings);
      return { change: existing === null ? { added: [task] } : null, result: existing };
    });
  const submitted = existing ?? task;
  if (output.options.json) {
    output.json({
      submitted: existing === null && !dryRun,
      duplicate: existing !== null,
      warnings: existing === null ? doubts : [],
      task: submitted,
    });
  } else if (existing !== null) {
    output.note(`${idOf(existing)} was submitted already with this idempotency key`);
  } else {
    output.note(`${dryRun ? "would submit" : "submitted"} ${task.id}: ${task.title}`);
    if (!settings.enabled) output.warn("the queue is not enabled; run: macp init --enable");
    if (!output.options.quiet) doubts.forEach((text) => output.warn(text));
  }
  return exitCodes.done;
}

/** An id names files, branches and events, where nothing is redacted. */
function requireOpenId(id: string, { redactor }: OpenRepository): void {
  const shown = redactor.text(id);
  if (shown === id) return;
  throw usageError(`Cannot submit a task as its id holds a secret: ${shown}`, [
    "An id stands in file names, branches and events; give it another",
  ]);
}

/** The task that the arguments describe. Throws `MacpError` of kind usage. */
export function taskFrom(args: Arguments, settings: Settings): Task {
  const dispatch = dispatchOf(args, settings);
  const { id, title } = requireGiven(args, dispatch);
  if (!taskIdPattern.test(id)) {
    throw usageError(
      `Cannot submit a task as its id does not match ${taskIdPattern.source}: ${id}`,
      [
        "An id begins with a letter or digit and holds letters, digits, dot, dash, underscore",
      ],
    );
  }
  checkPlaces(args, id);
  const fields = {
    id,
    title,
    description: args.text("description"),
    status: "pending",
    type: args.text("type"),
    dispatch,
    runtime: args.text("runtime"),
    command: args.text("command"),
    worktree: args.text("worktree"),
    branch: args.text("branch"),
    brief_path: args.text("brief"),
    result_path: args.text("result-path"),
    issue: args.text("issue"),
    depends_on: nonEmpty(
      args.list("depends-on").flatMap((ids) => ids.split(",")).map((id) => id.trim()),
    ),
    max_attempts: args.number("max-attempts"),
    timeout_seconds: args.number("timeout"),
    quality_gates: nonEmpty(args.list("gate")),
    metadata: metadataFrom(args),
    idempotency_key: args.text("idempotency-key"),
  };
  const task = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  );
  const checked = checkTask(task);
  if (checked.ok) return checked.task;
  throw new MacpError("usage", `Cannot submit task ${id} as it is not valid`, {
    code: "task_invalid",
    details: checked.faults.map((fault) => describeFault("task", fault)),
  });
}

/** How the worker runs: as is said, else by what it is given. */
function dispatchOf(args: Arguments, settings: Settings): string {
  const named = args.text("dispatch");
  if (named !== undefined) return named;
  if (args.text("command") !== undefined) return "exec";
  return args.text("brief") ? "yolo" : settings.macp.default_dispatch;
}

/** What no task can do without; all that is missing is told at once. */
function requireGiven(args: Arguments, dispatch: string): { id: string; title: string } {
  const id = args.text("task-id");
  const title = args.text("title");
  const hasCommand = args.text("command") !== undefined || dispatch !== "exec";
  if (id === undefined || title === undefined || !hasCommand) {
    const missing = [
      ...(id === undefined ? ["--task-id"] : []),
      ...(title === undefined ? ["--title"] : []),
      ...(hasCommand ? [] : [args.text("dispatch") ? "--command" : "--command (or --brief)"]),
    ];
    const verb = missing.length === 1 ? "is" : "are";
    const listed = missing.join(", ").replace(/, ([^,]*)$/, " and $1");
    throw usageError(`Cannot submit ${id ? `task ${id}` : "a task"} as ${listed} ${verb} missing`, [
      "Usage: macp submit --task-id ID --title TEXT --command SHELL [--gate SHELL …]",
      "An agent works on a brief: --brief FILE --runtime NAME instead of --command SHELL",
      "See: macp help submit",
    ]);
  }
  for (const name of ["title", "command", "gate"]) {
    if (args.list(name).every((value) => value.trim() !== "")) continue;
    throw usageError(`Cannot submit task ${id} as --${name} is empty`);
  }
  return { id, title };
}

/** Names that could never be used are refused at once. */
function checkPlaces(args: Arguments, id: string): void {
  const branch = args.text("branch");
  if (branch !== undefined && !isBranchName(branch)) {
    throw usageError(`Cannot submit task ${id} as git takes no branch of this name: ${branch}`);
  }
  const path = args.text("result-path");
  if (path !== undefined && !isResultPath(path)) {
    throw usageError(`Cannot submit task ${id} as its result path is not usable: ${path}`, [
      "It is relative to .mosaic/orchestrator/, stays inside, and ends in .json",
    ]);
  }
}

/** A worktree stands below `worktree_base` only. Throws `MacpError` of kind usage. */
async function checkWorktree(git: Git, settings: Settings, task: Task): Promise<void> {
  if (task.worktree === undefined || task.worktree === ".") return;
  const place = taskPlace(git, settings, task, await taskNames(task.id));
  try {
    requireInside(git, place);
  } catch (error) {
    const why = messageOf(error).replace("Cannot make the worktree as ", "");
    throw usageError(`Cannot submit task ${task.id} as ${why}`, [
      `Give a path below ${place.base}, or set macp.worktree_base`,
      `A relative path is read relative to the repository: ${git.cwd}`,
    ]);
  }
}

function nonEmpty(list: string[]): string[] | undefined {
  return list.length > 0 ? list : undefined;
}

function metadataFrom(args: Arguments): Record<string, unknown> | undefined {
  const text = args.text("metadata");
  if (text === undefined) return undefined;
  try {
    const value = parseJsonText(text);
    if (isRecord(value)) return value;
  } catch {
    // Reported below.
  }
  throw usageError(`Cannot use --metadata as it is not a JSON object: ${text}`);
}

/**
 * Whether the task may join the queue.
 *
 * @returns The task that holds the same idempotency key, or null.
 * Throws `MacpError` of kind usage when the id or the path of its result is taken, an attempt of
 * that id is under way, or a dependency is unknown.
 */
export function planSubmission(
  { queue, state }: View,
  task: Task,
  settings: Settings,
): Task | null {
  const key = task.idempotency_key;
  const twin = key === undefined
    ? undefined
    : queue.tasks.find((raw) => isRecord(raw) && raw.idempotency_key === key);
  if (twin !== undefined) return sameSubmission(twin as Task, task);
  const lower = task.id.toLowerCase();
  for (const id of queue.ids()) {
    if (id.toLowerCase() !== lower) continue;
    const why = id === task.id ? "is taken" : `differs from ${id} in letter case only`;
    throw usageError(`Cannot submit task ${task.id} as its id ${why}`, [
      "Give it another id, or use --idempotency-key to submit safely more than once",
    ]);
  }
  if (attemptOf(state, task.id) !== null) {
    throw usageError(
      `Cannot submit task ${task.id} as an attempt of a task of that id, which is gone from ` +
        "tasks.json, has not come to its end",
      [
        `Wait until it has ended, or end it with: macp cancel ${shellWord(task.id)}`,
        "Where no controller lives any more, macp drain brings it to its end",
      ],
    );
  }
  const owner = resultOwner([...queue.tasks, task], settings, task);
  if (owner !== null) {
    throw usageError(
      `Cannot submit task ${task.id} as its result would be written over that of task ${owner}`,
      [
        `Name a path of its own with --result-path, or none: ${task.id}.json is the usual name`,
      ],
    );
  }
  for (const id of task.depends_on ?? []) {
    if (id === task.id) throw usageError(`Cannot submit task ${id} as it depends on itself`);
    if (queue.find(id) !== undefined) continue;
    throw usageError(`Cannot submit task ${task.id} as it depends on an unknown task: ${id}`, [
      ...nearestHint(id, queue.ids()),
      "Submit the dependency first",
    ]);
  }
  return null;
}

/** The same key must mean the same task. */
function sameSubmission(twin: Task, task: Task): Task {
  const differs = ["id", "title", "command", "dispatch", "brief_path"]
    .filter((field) => twin[field] !== task[field]);
  if (differs.length === 0) return twin;
  throw usageError(
    `Cannot submit task ${task.id} as its idempotency key belongs to a task that differs in ${
      differs.join(", ")
    }: ${twin.id}`,
    ["Use another key for another task"],
  );
}
