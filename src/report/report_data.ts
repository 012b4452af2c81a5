/**
 * What a report tells. Times are RFC 3339, durations seconds; null is unknown, never 0.
 *
 * @module
 */
import type { InboxItem } from "../people/inbox.ts";

/** A whole report. */
export interface ReportData {
  generated_at: string;
  /** Version of the program. */
  version: string;
  /** Name of the repository's folder. */
  repository: string;
  /** Beginning that was asked for; null: all that is left. */
  since: string | null;
  /** First and last moment of an attempt in it. */
  from: string | null;
  to: string | null;
  summary: ReportSummary;
  /** What waits for a person, oldest first. */
  waiting: WaitingRow[];
  /** Runtimes that a usage limit holds. */
  holds: { runtime: string; until: string; reason: string }[];
  /** In the order of the queue, then those that the queue no longer has. */
  tasks: ReportTask[];
  /** Lines of the event file that are no events. */
  unreadable_lines: number;
}

/** A row of the inbox. */
export type WaitingRow =
  & Pick<
    InboxItem,
    "id" | "index" | "title" | "kind" | "since" | "outcome" | "reason" | "blocked_by" | "blocks"
  >
  & {
    /** The gate that is not green. */
    gate: InboxItem["evidence"]["gate"];
    next: InboxItem["next"];
  };

/** Where time went; null where no attempt tells. */
export interface PhaseSeconds {
  /** From the claim to the start of the worker. */
  preparing: number | null;
  /** While the worker ran. */
  working: number | null;
  /** From the end of the worker to the end of the attempt. */
  gates: number | null;
}

/** Tokens and cost that workers reported, added up; null when none reported it. */
export interface UsageSum {
  input_tokens: number | null;
  output_tokens: number | null;
  cost_usd: number | null;
  /** Attempts that reported tokens or cost, and those that ended without. */
  reported: number;
  unreported: number;
}

/** Figures of all tasks in the report. */
export interface ReportSummary {
  tasks: number;
  /** Tasks by status. */
  by_status: Record<string, number>;
  /** Tasks that wait for a person themselves. */
  waiting: number;
  /** Pending behind one of those. */
  blocked: number;
  landed: number;
  /** Completed by their first attempt. */
  first_try: number;
  attempts: number;
  /** Attempts that followed another one of the same task. */
  retries: number;
  /** Gates that ran and were not green. */
  red_gates: number;
  phases: PhaseSeconds & {
    /** Between an attempt and the next. */
    pausing: number | null;
    /** Until a person acted, or until now. */
    person: number | null;
  };
  usage: UsageSum;
  runtimes: RuntimeSummary[];
}

/** What attempts of one runtime took. */
export interface RuntimeSummary extends UsageSum {
  /** Null: a shell command, no agent that is known. */
  runtime: string | null;
  attempts: number;
  /** Tasks that are completed and whose last attempt was of it. */
  completed: number;
  working: number | null;
}

/** One task. */
export interface ReportTask {
  id: string;
  title: string;
  /** Its status; null when it has none that the program knows. */
  status: string | null;
  /** Whether the queue still has it. */
  queued: boolean;
  outcome: string | null;
  reason: string | null;
  type: string | null;
  runtime: string | null;
  dispatch: string | null;
  depends_on: string[];
  /** Why a pending task does not run, or null. */
  waits: string | null;
  /** When the last of its dependencies was completed. */
  ready_at: string | null;
  landed: { into: string; commit: string; at: string } | null;
  attempts: ReportAttempt[];
  /** What happened to it outside of an attempt, oldest first. */
  moments: Moment[];
  details: TaskDetails;
}

/** What is shown of a task when it is opened. */
export interface TaskDetails {
  branch: string | null;
  pr: string | null;
  issue: string | null;
  replies: { at: string; question: string | null; text: string }[];
  /** As many as `attempts`, in the same order. */
  attempts: AttemptDetails[];
}

/** Something that happened to a task outside of an attempt. */
export interface Moment {
  at: string;
  event_type: string;
  message: string;
}

/** One attempt, or an acceptance by a person. */
export interface ReportAttempt {
  /** Serial in paths and refs. */
  serial: number | null;
  /** Who began it: a person began an acceptance. */
  by: "controller" | "person";
  /** Which attempt of a worker it is, counted anew after a reply or retry, and of how many. */
  attempt: number | null;
  of: number | null;
  started_at: string | null;
  worker_started_at: string | null;
  gates_started_at: string | null;
  /** Null while it runs, and when nothing tells. */
  ended_at: string | null;
  running: boolean;
  outcome: string | null;
  /** Status of the task afterwards. */
  next: string | null;
  /** Agent; null for a shell command of no agent that is known. */
  runtime: string | null;
  seconds: number | null;
  phases: PhaseSeconds;
  gates: ReportGate[];
  /** Null when the worker reported neither tokens nor cost. */
  usage: {
    input_tokens: number | null;
    output_tokens: number | null;
    cost_usd: number | null;
  } | null;
}

/** One gate of an attempt. */
export interface ReportGate {
  command: string;
  outcome: "passed" | "failed" | "broken" | null;
  started_at: string | null;
  ended_at: string | null;
  seconds: number | null;
}

/** The evidence of one attempt. */
export interface AttemptDetails {
  error: string | null;
  summary: string | null;
  commits: number | null;
  insertions: number | null;
  deletions: number | null;
  files_changed: string[];
  /** Files beyond those that are listed. */
  more_files: number;
  gates: GateDetails[];
  warnings: string[];
  gate_files_changed: string[];
  main_checkout_changes: string[];
  snapshot_ref: string | null;
  session_id: string | null;
  screen_tail: string | null;
  log: LogTail | null;
}

/** The evidence of one gate, as in the result. */
export interface GateDetails {
  command: string;
  type: string;
  outcome: string;
  reason: string | null;
  exit_code: number;
  seconds: number;
  baseline: string | null;
  /** Null when it was left out to keep the report small. */
  tail: string | null;
}

/** The end of a log. */
export interface LogTail {
  path: string;
  /** Null when it was left out to keep the report small. */
  tail: string | null;
  /** Whether there is more before it. */
  cut: boolean;
}
