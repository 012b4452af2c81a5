/**
 * What the dispatcher is asked for, and what it gives.
 *
 * @module
 */
import type { BranchChanges } from "../git/changes.ts";
import type { Git } from "../git/git.ts";
import type { AttemptLog } from "../logs/attempt_log.ts";
import type {
  GateEvidence,
  OwnedWorktree,
  ProcessIdentity,
  Task,
  TaskResult,
  Usage,
  VerdictHold,
} from "../protocol/generated/types.ts";
import type { TaskNames } from "../protocol/names.ts";
import type { Failure } from "../protocol/outcomes.ts";
import type { Settings } from "../protocol/settings.ts";
import type { DependencyBranch } from "./dependencies.ts";
import type { Uncommitted } from "./gate_file_changes.ts";
import { emptyReport, type WorkerReport } from "./worker_report.ts";
import type { GitView } from "./git_view.ts";
import type { ReadyWorktree } from "./worktree.ts";

/** What gates say of the base commit, before a worker begins. */
export interface BaseCheck {
  /** Why no worker may begin, or null. */
  failure: Failure | null;
  /** Whether it was cut short by the attempt's signal. */
  aborted: boolean;
  /** Of each gate that was asked. */
  gates: GateEvidence[];
}

/** What the dispatcher tells while it works, so that a ledger can be kept. */
export interface DispatchHooks {
  /** What decides what git sees, before anything begins: why that cannot be trusted, or null. */
  viewed(view: GitView): Promise<string | null>;
  /** A worker changed that: names and values before. */
  viewChanged(before: Readonly<Record<string, string | null>>): Promise<void>;
  /** The commit that the work stands on is known; nothing has begun. */
  based(commit: string): Promise<BaseCheck>;
  /** The worktree of an `acp` task is ready to be handed over. */
  ready(worktree: ReadyWorktree): Promise<void>;
  /** The process of `macp.setup` exists; it begins when this returned. */
  settingUp(leader: ProcessIdentity): Promise<void>;
  /** The worktree is ready and the worker's process exists; it begins when this returned. */
  started(leader: ProcessIdentity, worktree: ReadyWorktree | null): Promise<void>;
  /** Something worth telling while the worker runs; told as task.progress. */
  progress(message: string, metadata?: Record<string, unknown>): Promise<void>;
}

/** One attempt to dispatch. */
export interface DispatchRequest {
  /** Git in the main checkout. */
  git: Git;
  settings: Settings;
  /** Environment variables that workers do not get. */
  ownSecrets: readonly string[];
  task: Task;
  names: TaskNames;
  attemptId: string;
  serial: number;
  maxAttempts: number;
  /** Branch of a task with a worktree of its own, else null. */
  branch: string | null;
  dependencies: readonly DependencyBranch[];
  /** What the ledger said of the worktree's place before this attempt, or null. */
  owned: OwnedWorktree | null;
  /** Result of the attempt before that failed, or null. */
  previous: TaskResult | null;
  /** First port of the attempt's block, or null. */
  portBase: number | null;
  /** Slot among the attempts that run at once, from 0, or null. */
  slot: number | null;
  /** Where an `acp` task is handed over. */
  handoverPath: string;
  /** Folder for the files of this attempt. */
  folder: string;
  log: AttemptLog;
  /** Who worked in the worktree, when it was no worker. */
  leftBy?: "person";
  /** Aborts the attempt. */
  signal: AbortSignal;
  hooks: DispatchHooks;
}

/** What came of it. A failure comes before the gates; null lets them run. */
export interface Dispatched {
  failure: Failure | null;
  /** Whether the worker was aborted by the request's signal. */
  aborted: boolean;
  /** Folder that the worker ran in, and its environment; for the gates. */
  cwd: string;
  env: Record<string, string>;
  worktree: string | null;
  /** The task's own worktree, when it has one. */
  ready: ReadyWorktree | null;
  /** What decided before the worker ran what git sees. */
  view: GitView;
  /** Without a worktree: what was not committed before the worker, of the gates' own files. */
  uncommitted: Uncommitted | null;
  baseCommit: string | null;
  headCommit: string | null;
  exitCode: number | null;
  changes: BranchChanges | null;
  /** Whether all that the branch holds over its base is as `macp.setup` left it. */
  onlySetup: boolean;
  dirty: boolean | null;
  report: WorkerReport;
  /** Path of the hand-over of an `acp` task. */
  handover: string | null;
  /** Tokens and cost, when the worker told them. */
  usage: Usage | null;
  /** Session of the agent, by its own name. */
  sessionId: string | null;
  /** End of the screen of a worker that waited for a person. */
  screenTail: string | null;
  /** Runtime that a usage limit holds from now on. */
  hold: VerdictHold | null;
  /** Paths of the main checkout that changed while the worker ran; null when not looked at. */
  mainCheckoutChanges: string[] | null;
  /** What gates said of the base commit when no worker may begin for it. */
  baseGates: GateEvidence[];
  /** Files of the gates' own kind that the worker changed; null when not looked at. */
  gateFilesChanged: string[] | null;
  warnings: string[];
}

/** Before anything was done. */
export function nothingYet(cwd: string): Dispatched {
  return {
    failure: null,
    aborted: false,
    cwd,
    env: {},
    worktree: null,
    ready: null,
    view: {},
    uncommitted: null,
    baseCommit: null,
    headCommit: null,
    exitCode: null,
    changes: null,
    onlySetup: false,
    dirty: null,
    report: emptyReport(),
    handover: null,
    usage: null,
    sessionId: null,
    screenTail: null,
    hold: null,
    mainCheckoutChanges: null,
    baseGates: [],
    gateFilesChanged: null,
    warnings: [],
  };
}
