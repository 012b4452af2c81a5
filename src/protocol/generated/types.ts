/**
 * Types of the formats. Made by `deno task schemas` from schemas/*.schema.json; do not edit.
 *
 * @module
 */

/**
 * A document of one of the formats.
 */
export type AnyFormat = Task | TaskEvent | TaskResult | ConfigFile | State | CursorFile | Handoff;
/**
 * Tokens and cost when the worker reports them; null where a figure is not known.
 */
export type Usage = {
  input_tokens?: number | null;
  output_tokens?: number | null;
  cache_read_tokens?: number | null;
  cache_write_tokens?: number | null;
  reasoning_tokens?: number | null;
  turns?: number | null;
  cost_usd?: number | null;
  [k: string]: unknown;
} | null;
/**
 * Hours of every day, by the clocks of a time zone and perhaps over midnight, in which nothing is sent: what happened is told afterwards. null: none.
 */
export type QuietHoursConfig = {
  /**
   * Time of day at which they begin, such as 22:00.
   */
  from: string;
  /**
   * Time of day at which they end, such as 07:00.
   */
  to: string;
  /**
   * Time zone of these times, such as Europe/Berlin or UTC; null: that of the machine.
   */
  time_zone?: string | null;
} | null;
/**
 * What the queue says of the task when the change happened; null when the ledger alone tells.
 */
export type ExpectedTask = {
  status: "pending" | "running" | "gated" | "completed" | "failed" | "escalated";
  last_attempt: number;
} | null;
/**
 * Where each sink has read the event file to. The older implementation wrote one number.
 */
export type CursorFile = number | Cursors;
/**
 * How it ended.
 */
export type HandoffStatus = "complete" | "partial" | "blocked" | "failed";

/**
 * One task of the queue tasks.json. MACP-aware exactly when it has its own property dispatch; otherwise legacy.
 */
export interface Task {
  /**
   * Names the task, its files, refs and worktree.
   */
  id: string;
  /**
   * What is to be done, in a line.
   */
  title: string;
  /**
   * What is to be done, in full.
   */
  description?: string;
  /**
   * Where the task is.
   */
  status: "pending" | "running" | "gated" | "completed" | "failed" | "escalated";
  /**
   * Kind of work; a coding task must end with a commit over its base.
   */
  type?: "coding" | "deploy" | "research" | "review" | "documentation" | "infrastructure";
  /**
   * Execution backend: yolo = mosaic yolo, acp = OpenClaw sessions_spawn, exec = direct shell. Its presence makes the task MACP-aware.
   */
  dispatch?: "yolo" | "acp" | "exec";
  /**
   * Agent runtime, for example codex, claude or opencode.
   */
  runtime?: string;
  /**
   * Shell command of the worker.
   */
  command?: string;
  /**
   * Path of the git worktree; "." is the repository itself.
   */
  worktree?: string;
  /**
   * Git branch of the task.
   */
  branch?: string;
  /**
   * Markdown brief, relative to the repository root.
   */
  brief_path?: string;
  /**
   * Result file, relative to .mosaic/orchestrator/.
   */
  result_path?: string;
  /**
   * Issue reference, for example #42.
   */
  issue?: string | null;
  /**
   * Pull request number or URL once opened.
   */
  pr?: string | null;
  /**
   * Ids of the tasks that must be completed first.
   */
  depends_on?: string[];
  /**
   * Attempts that may be spent.
   */
  max_attempts?: number;
  /**
   * Attempts spent so far, raised at the claim.
   */
  attempts?: number;
  /**
   * Seconds for one attempt of the worker.
   */
  timeout_seconds?: number;
  /**
   * Gates in order; they replace those of the configuration.
   */
  quality_gates?: (string | GateObject)[];
  /**
   * Free. expects_changes: false waives the commit of a coding task.
   */
  metadata?: {
    /**
     * Whether a coding task must leave a commit over its base.
     */
    expects_changes?: boolean;
    [k: string]: unknown;
  };
  /**
   * Key of the submission: the same key again adds nothing.
   */
  idempotency_key?: string;
  /**
   * Serial of the newest attempt. It never repeats for a task.
   */
  last_attempt?: number;
  /**
   * RFC 3339 time before which the next attempt does not start. Beside the outcome of an attempt it is a pause of macp: one more than 300 s ahead is taken for that of a clock that was set back.
   */
  not_before?: string | null;
  /**
   * How the newest attempt ended.
   */
  outcome?:
    | "completed"
    | "worker_failed"
    | "timed_out"
    | "stalled"
    | "worker_lost"
    | "setup_failed"
    | "no_changes"
    | "gate_failed"
    | "gate_broken"
    | "worktree_failed"
    | "merge_conflict"
    | "cancelled"
    | "needs_input"
    | "worker_escalated"
    | "handed_over"
    | "gate_files_blocked"
    | "baseline_red"
    | "invalid_task"
    | "rate_limited"
    | "interrupted"
    | null;
  /**
   * Why, in a sentence for a person.
   */
  reason?: string | null;
  /**
   * Set by cancel on a running task; the controller ends the attempt.
   */
  cancel_requested?: boolean;
  /**
   * Seconds without meaningful output or a change in the worktree until the worker is ended as stalled; 0 is never.
   */
  stall_seconds?: number;
  /**
   * Answers of a person, oldest first; they go into the brief.
   */
  replies?: Reply[];
  [k: string]: unknown;
}
/**
 * A quality gate with its settings.
 */
export interface GateObject {
  /**
   * Shell command, run by sh -c in the worktree. An empty one is broken, never passed.
   */
  command: string;
  /**
   * mechanical: the exit code decides. ai-review: prints JSON findings. ci-pipeline: runs until the pipeline ended.
   */
  type?: "mechanical" | "ai-review" | "ci-pipeline";
  /**
   * Seconds until the gate is ended and counts as broken.
   */
  timeout_seconds?: number;
  /**
   * ai-review: the least severity that fails the gate.
   */
  fail_on?: "blocker" | "high" | "medium" | "low";
  /**
   * Regular expression that the output must match; otherwise the gate is broken.
   */
  expect?: string;
  /**
   * Environment variables added for this gate.
   */
  env?: {
    [k: string]: string;
  };
  [k: string]: unknown;
}
export interface Reply {
  at: string;
  /**
   * Why the task had escalated.
   */
  question?: string | null;
  /**
   * Answer of a person.
   */
  text: string;
  [k: string]: unknown;
}
/**
 * One line of events.ndjson.
 */
export interface TaskEvent {
  /**
   * UUID; version 7 when macp wrote it.
   */
  event_id: string;
  /**
   * What happened. Readers accept unknown types.
   */
  event_type:
    | "task.assigned"
    | "task.started"
    | "task.progress"
    | "task.gated"
    | "task.completed"
    | "task.failed"
    | "task.escalated"
    | "task.retry.scheduled"
    | "rail.check.started"
    | "rail.check.passed"
    | "rail.check.failed";
  /**
   * Task that it happened to.
   */
  task_id: string;
  /**
   * Status of the task after it.
   */
  status: "pending" | "running" | "gated" | "completed" | "failed" | "escalated";
  /**
   * RFC 3339, UTC, milliseconds, Z.
   */
  timestamp: string;
  /**
   * Who says so: controller, worker, quality-gate or dispatcher.
   */
  source: string;
  /**
   * One line for a person.
   */
  message: string;
  /**
   * What is known: attempt, max_attempts, runtime, dispatch, duration_seconds, title, outcome and more.
   */
  metadata?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * Result of one task, or of one attempt that was retried.
 */
export interface TaskResult {
  /**
   * Task that ended.
   */
  task_id: string;
  /**
   * How it ended.
   */
  status: "completed" | "failed" | "escalated";
  /**
   * RFC 3339 time of the end, also on failure.
   */
  completed_at: string;
  /**
   * Set too when it failed.
   */
  failed_at?: string | null;
  /**
   * Exit code of the worker; null when none ran.
   */
  exit_code?: number | null;
  /**
   * Spent attempts, this one included.
   */
  attempt?: number;
  /**
   * Attempts that may be spent.
   */
  max_attempts?: number;
  /**
   * Agent runtime; missing where a command ran that names none.
   */
  runtime?: string;
  /**
   * Execution backend; legacy for a legacy task.
   */
  dispatch?: string;
  /**
   * Path of the worktree.
   */
  worktree?: string | null;
  /**
   * Branch of the task.
   */
  branch?: string | null;
  /**
   * Pull request.
   */
  pr?: string | null;
  /**
   * What the worker did, for a person.
   */
  summary?: string;
  /**
   * Paths that differ from the base.
   */
  files_changed?: string[];
  /**
   * Each gate that ran, in order.
   */
  gate_results?: GateResult[];
  /**
   * What went wrong, in a sentence.
   */
  error?: string | null;
  /**
   * Why a person is needed.
   */
  escalation_reason?: string | null;
  metadata?: ResultMetadata;
  [k: string]: unknown;
}
export interface GateResult {
  /**
   * Command as configured.
   */
  command: string;
  /**
   * Exit code: time-out 124, killed by signal 128 + n, no command 127.
   */
  exit_code: number;
  type: "mechanical" | "ai-review" | "ci-pipeline";
  [k: string]: unknown;
}
/**
 * The evidence.
 */
export interface ResultMetadata {
  /**
   * Version of this evidence: 1.
   */
  schema_version?: number;
  /**
   * Serial of the attempt in paths and refs.
   */
  attempt_serial?: number;
  /**
   * How the attempt ended.
   */
  outcome?:
    | "completed"
    | "worker_failed"
    | "timed_out"
    | "stalled"
    | "worker_lost"
    | "setup_failed"
    | "no_changes"
    | "gate_failed"
    | "gate_broken"
    | "worktree_failed"
    | "merge_conflict"
    | "cancelled"
    | "needs_input"
    | "worker_escalated"
    | "handed_over"
    | "gate_files_blocked"
    | "baseline_red"
    | "invalid_task"
    | "rate_limited"
    | "interrupted";
  /**
   * Commit that the work stands on.
   */
  base_commit?: string | null;
  /**
   * Newest commit of the branch.
   */
  head_commit?: string | null;
  /**
   * Commits over the base.
   */
  commits?: number | null;
  insertions?: number | null;
  deletions?: number | null;
  /**
   * Whether the worker left uncommitted changes.
   */
  dirty?: boolean | null;
  /**
   * Ref that pins what the worktree held.
   */
  snapshot_ref?: string | null;
  /**
   * RFC 3339 time of the claim.
   */
  started_at?: string | null;
  duration_seconds?: number | null;
  /**
   * Log of the attempt, relative to .mosaic/orchestrator/.
   */
  log_path?: string | null;
  /**
   * Evidence of each gate.
   */
  gates?: GateEvidence[];
  /**
   * Files of the gates' own kind that the worker changed; null when not looked at.
   */
  gate_files_changed?: string[] | null;
  /**
   * Whether the worker changed the main checkout; null when not looked at.
   */
  main_checkout_dirtied?: boolean | null;
  usage?: Usage;
  /**
   * Metadata that the worker reported. Data of an untrusted process.
   */
  worker?: {
    [k: string]: unknown;
  } | null;
  /**
   * What a person should know besides.
   */
  warnings?: string[];
  /**
   * Hand-over of an acp task, for OpenClaw's sessions_spawn.
   */
  handover_path?: string;
  /**
   * Session of the agent, by its own name.
   */
  session_id?: string | null;
  /**
   * End of the screen of a worker that waited for a person, redacted.
   */
  screen_tail?: string | null;
  /**
   * Paths of the main checkout that changed while the worker ran.
   */
  main_checkout_changes?: string[];
  /**
   * Files and folders that git ignores and the snapshot does not hold.
   */
  ignored_left_out?: string[];
  landed?: Landed;
  [k: string]: unknown;
}
/**
 * Evidence of one gate.
 */
export interface GateEvidence {
  command: string;
  type: "mechanical" | "ai-review" | "ci-pipeline";
  /**
   * Only passed counts as green.
   */
  outcome: "passed" | "failed" | "broken";
  /**
   * Why it is not passed.
   */
  reason?: string | null;
  exit_code: number;
  duration_seconds: number;
  /**
   * End of what it printed, redacted.
   */
  output_tail: string;
  /**
   * Outcome of the same gate on the base commit, null when it was not tried.
   */
  baseline?: "green" | "already_red" | null;
  [k: string]: unknown;
}
/**
 * Where the work was merged.
 */
export interface Landed {
  into: string;
  commit: string;
  at: string;
  [k: string]: unknown;
}
/**
 * Settings of a repository (.mosaic/orchestrator/config.json) or of a user (macp/config.json in the XDG configuration folder). JSON with comments and trailing commas.
 */
export interface ConfigFile {
  /**
   * Whether run and drain may start work.
   */
  enabled?: boolean;
  /**
   * Kept for the older implementation; without effect.
   */
  transport?: string;
  macp?: MacpConfig;
  worker?: WorkerConfig;
  /**
   * Gates of the tasks that have none of their own.
   */
  quality_gates?: (string | GateObject)[];
  delegate?: DelegateConfig;
  [k: string]: unknown;
}
export interface MacpConfig {
  /**
   * Folder of the worktrees; {repo} is the repository's folder name, ~ the user's own home folder; ~name is not known.
   */
  worktree_base?: string;
  /**
   * Ref that branches start from.
   */
  base_ref?: string;
  /**
   * Dispatch of a submission that names none.
   */
  default_dispatch?: "yolo" | "acp" | "exec";
  /**
   * Runtime of a task that names none.
   */
  default_runtime?: string;
  /**
   * Whether worktrees are removed after the last attempt.
   */
  cleanup_worktrees?: boolean;
  /**
   * Folder of the briefs, relative to the repository: <brief_dir>/<task-id>.md is the brief of a task that names none.
   */
  brief_dir?: string;
  /**
   * Folder of the results, inside .mosaic/orchestrator.
   */
  result_dir?: string;
  /**
   * Attempts that run at once. With 1 the order is strictly that of the file.
   */
  jobs?: number;
  /**
   * Shell command that runs in a worktree after it was made; an end other than 0 fails the attempt as setup_failed.
   */
  setup?: string | null;
  /**
   * Seconds until the setup is ended.
   */
  setup_timeout_seconds?: number;
  /**
   * Seconds without meaningful output or a change in the worktree until a worker is ended as stalled; 0 is never. null: never for exec, 1800 for yolo.
   */
  stall_seconds?: number | null;
  /**
   * Ports that a running attempt may use, from MACP_PORT_BASE on; 0 reserves none.
   */
  ports_per_slot?: number;
  /**
   * First port of all; null derives one between 20000 and 32000 from the path of the repository.
   */
  port_base?: number | null;
  /**
   * Pause before the second attempt; doubled for each further one, at most 300 s.
   */
  retry_backoff_seconds?: number;
  runtimes?: RuntimeTable;
  /**
   * Globs of files that decide what gates check; null is the built-in list.
   */
  gate_files?: string[] | null;
  /**
   * What follows when the worker changed such a file: report names it in the result, block escalates.
   */
  gate_files_policy?: "report" | "block";
  /**
   * Where gates run. worktree: where the worker worked, with the files there that git ignores. clean: in a worktree made for them from the commit that is judged, after macp.setup.
   */
  gate_checkout?: "worktree" | "clean";
  /**
   * Gates on the base commit. warn: a red gate is tried there too, and the result says whether it was red already. block: all gates are tried there before the worker begins, and a red one escalates.
   */
  gate_baseline?: "off" | "warn" | "block";
  /**
   * Bytes of files that git ignores up to which a snapshot holds them, for each ignored file or folder; larger ones are listed only.
   */
  snapshot_ignored_max_bytes?: number;
  retention?: RetentionConfig;
  /**
   * Size of one attempt's log; beyond it the middle is dropped.
   */
  log_max_bytes?: number;
  /**
   * Environment variables whose values are secrets, besides those that are known by their names.
   */
  secrets?: string[];
  /**
   * Seconds between two looks of watch.
   */
  watch_poll_interval_seconds?: number;
  webhook?: WebhookConfig;
  discord?: DiscordConfig;
  slack?: SlackConfig;
  ntfy?: NtfyConfig;
  stdout?: StdoutConfig;
  exec?: ExecConfig;
  doorbell?: DoorbellConfig;
  [k: string]: unknown;
}
/**
 * Runtimes that yolo runs without a terminal, by name: what an entry leaves out comes from the built-in one (claude, codex, opencode).
 */
export interface RuntimeTable {
  [k: string]: RuntimeEntry;
}
/**
 * How a runtime is run without a terminal, and how its output is read.
 */
export interface RuntimeEntry {
  /**
   * Built-in entry that gives what this one leaves out; that of the same name otherwise.
   */
  like?: string;
  /**
   * Shell command, run by sh -c in the worktree.
   */
  command?: string;
  /**
   * How the brief goes in: stdin, or file: the command reads $MACP_BRIEF_FILE itself.
   */
  brief?: "stdin" | "file";
  /**
   * What it prints: one JSON object a line, or text.
   */
  stream?: "ndjson" | "text";
  /**
   * How lines of an ndjson stream are read; every rule that matches a line is applied.
   */
  events?: StreamRule[];
  /**
   * Regular expressions of messages that speak of a usage limit; a group named reset holds the time.
   */
  limits?: string[];
  /**
   * Regular expressions of screens that wait for a person.
   */
  prompts?: string[];
  [k: string]: unknown;
}
export interface StreamRule {
  /**
   * Values that the fields at these dotted paths must have.
   */
  when: {
    [k: string]: string | number | boolean | null;
  };
  /**
   * Path of the session id.
   */
  session_id?: string;
  /**
   * Paths of texts that say what is being done, or texts with such paths in braces; * stands for every element of a list. The last one that is a path alone is the last text of the agent.
   */
  progress?: string[];
  /**
   * Paths of texts that say what went wrong, or texts with such paths in braces.
   */
  error?: string[];
  /**
   * Paths of counts: input_tokens, output_tokens, cache_read_tokens, cache_write_tokens, reasoning_tokens, cost_usd, turns.
   */
  usage?: {
    [k: string]: string;
  };
  /**
   * Whether counts are added to those of earlier lines; otherwise they replace them.
   */
  add?: boolean;
  /**
   * Whether such a line says that the agent ended well: what went wrong before it is forgotten.
   */
  success?: boolean;
  [k: string]: unknown;
}
/**
 * What is kept, and for how long; null is without limit. Nothing of a task that has not ended is removed.
 */
export interface RetentionConfig {
  /**
   * Days that logs are kept.
   */
  log_days?: number | null;
  /**
   * Bytes of all logs together; the oldest go first.
   */
  log_max_bytes?: number | null;
  /**
   * Days that results of tasks and attempts are kept.
   */
  result_days?: number | null;
  /**
   * Most results of tasks; the oldest go first.
   */
  result_max_count?: number | null;
  /**
   * Size of events.ndjson from which it is rotated, once every sink has read it.
   */
  event_max_bytes?: number | null;
  /**
   * Most rotated event files that are kept.
   */
  event_files?: number | null;
  /**
   * Size of each file of dead letters; the oldest lines go first.
   */
  dead_letter_max_bytes?: number | null;
  [k: string]: unknown;
}
/**
 * Events as JSON, by POST.
 */
export interface WebhookConfig {
  /**
   * Whether watch posts there.
   */
  enabled?: boolean;
  /**
   * Address; counts as a secret.
   */
  url?: string;
  /**
   * Environment variable that holds the address.
   */
  url_env?: string | null;
  /**
   * Bearer token.
   */
  auth_token?: string;
  /**
   * Environment variable that holds the bearer token.
   */
  auth_token_env?: string | null;
  /**
   * Secret of Standard Webhooks, whsec_ and base64 of 24 to 64 bytes; signs every delivery.
   */
  signing_secret?: string;
  /**
   * Environment variable that holds the signing secret.
   */
  signing_secret_env?: string | null;
  /**
   * Secret that is being replaced: deliveries carry a signature of it too.
   */
  previous_signing_secret?: string;
  /**
   * Environment variable that holds the secret that is being replaced.
   */
  previous_signing_secret_env?: string | null;
  /**
   * event: the event as it is. cloudevents: wrapped as CloudEvents 1.0, structured JSON.
   */
  format?: "event" | "cloudevents";
  /**
   * Source in CloudEvents; null is /macp/<name of the repository's folder>.
   */
  source?: string | null;
  /**
   * Seconds for all tries of one event in one pass.
   */
  timeout_seconds?: number;
  /**
   * Further tries of one event in one pass.
   */
  retry_count?: number;
  /**
   * Event types that are posted; an end with * stands for any rest. null: all.
   */
  event_filter?: string[] | null;
  /**
   * File with certificates (PEM) of authorities that are trusted besides the system's; relative to the repository.
   */
  ca_file?: string | null;
  [k: string]: unknown;
}
/**
 * A line for each event in a Discord channel.
 */
export interface DiscordConfig {
  /**
   * Whether watch posts there.
   */
  enabled?: boolean;
  /**
   * Webhook address of the channel; counts as a secret.
   */
  url?: string;
  /**
   * Environment variable that holds the address.
   */
  url_env?: string | null;
  /**
   * Seconds for all tries of one event in one pass.
   */
  timeout_seconds?: number;
  /**
   * Further tries of one event in one pass.
   */
  retry_count?: number;
  /**
   * Event types that are posted; an end with * stands for any rest. null: all that have a line.
   */
  event_filter?: string[] | null;
  quiet_hours?: QuietHoursConfig;
  /**
   * Events of one task with less than this many seconds between them become one message; 0: each is one.
   */
  collapse_seconds?: number;
  [k: string]: unknown;
}
/**
 * The doorbell in a Slack channel.
 */
export interface SlackConfig {
  /**
   * Whether watch posts there.
   */
  enabled?: boolean;
  /**
   * Address of the incoming webhook; counts as a secret.
   */
  url?: string;
  /**
   * Environment variable that holds the address.
   */
  url_env?: string | null;
  /**
   * Seconds for all tries of one event in one pass.
   */
  timeout_seconds?: number;
  /**
   * Further tries of one event in one pass.
   */
  retry_count?: number;
  /**
   * Event types that may ring; an end with * stands for any rest. null: all that ring by their meaning.
   */
  event_filter?: string[] | null;
  quiet_hours?: QuietHoursConfig;
  /**
   * Events of one task with less than this many seconds between them become one message; 0: each is one.
   */
  collapse_seconds?: number;
  [k: string]: unknown;
}
/**
 * The doorbell on a phone, by ntfy.
 */
export interface NtfyConfig {
  /**
   * Whether watch posts there.
   */
  enabled?: boolean;
  /**
   * Address of the topic, such as https://ntfy.sh/my-topic; counts as a secret.
   */
  url?: string;
  /**
   * Environment variable that holds the address.
   */
  url_env?: string | null;
  /**
   * Access token.
   */
  auth_token?: string;
  /**
   * Environment variable that holds the access token.
   */
  auth_token_env?: string | null;
  /**
   * Seconds for all tries of one event in one pass.
   */
  timeout_seconds?: number;
  /**
   * Further tries of one event in one pass.
   */
  retry_count?: number;
  /**
   * Event types that may ring; an end with * stands for any rest. null: all that ring by their meaning.
   */
  event_filter?: string[] | null;
  /**
   * File with certificates (PEM) of authorities that are trusted besides the system's; relative to the repository.
   */
  ca_file?: string | null;
  quiet_hours?: QuietHoursConfig;
  /**
   * Events of one task with less than this many seconds between them become one message; 0: each is one.
   */
  collapse_seconds?: number;
  [k: string]: unknown;
}
/**
 * Events on standard output of watch.
 */
export interface StdoutConfig {
  /**
   * Whether watch prints events. null: when it posts no lines to Discord.
   */
  enabled?: boolean | null;
  /**
   * text: the lines that Discord gets. json: the events, one a line.
   */
  format?: "text" | "json";
  /**
   * Event types that are printed; an end with * stands for any rest. null: all.
   */
  event_filter?: string[] | null;
  [k: string]: unknown;
}
/**
 * A command that gets each event as a line of JSON on standard input.
 */
export interface ExecConfig {
  /**
   * Whether watch runs it.
   */
  enabled?: boolean;
  /**
   * Shell command, run by sh -c in the repository. 0: delivered; 65: refused for good; anything else is tried again.
   */
  command?: string;
  /**
   * Seconds for all tries of one event in one pass.
   */
  timeout_seconds?: number;
  /**
   * Further tries of one event in one pass.
   */
  retry_count?: number;
  /**
   * Event types that it gets; an end with * stands for any rest. null: all.
   */
  event_filter?: string[] | null;
  [k: string]: unknown;
}
/**
 * What rings Slack and ntfy, and where a tap leads to.
 */
export interface DoorbellConfig {
  /**
   * Address that thread links begin with; null: no links.
   */
  base_url?: string | null;
  /**
   * When done rings: when a task landed, or already when it completed.
   */
  done_on?: "landed" | "completed";
  [k: string]: unknown;
}
export interface WorkerConfig {
  /**
   * Runtime of a task that names none.
   */
  runtime?: string;
  /**
   * Command of a legacy task without one; {task_id}, {task_title}, {task_file}.
   */
  command_template?: string;
  /**
   * Seconds for one attempt.
   */
  timeout_seconds?: number;
  /**
   * Attempts of a task that does not say.
   */
  max_attempts?: number;
  [k: string]: unknown;
}
/**
 * Agents that macp delegate asks, and who may ask whom.
 */
export interface DelegateConfig {
  /**
   * Agents by name.
   */
  agents?: {
    [k: string]: AgentConfig;
  };
  /**
   * Agents that each caller may delegate to, by the caller's name; a caller that is missing may not delegate.
   */
  acl?: {
    [k: string]: string[];
  };
  /**
   * JSON file {"agents": {NAME: {"port": N} or {"url": U}}}, read at each call; what it says of an agent's address wins over agents. From the repository.
   */
  registry?: string | null;
  /**
   * Folder where agents leave their answers; from the repository, ~ is the home.
   */
  handoff_dir?: string;
  /**
   * Folder of the logs of delegations, a file a day; from the repository, ~ is the home.
   */
  log_dir?: string;
  channel_context?: ChannelContextConfig;
  [k: string]: unknown;
}
/**
 * One agent, and the gateway that leads to it.
 */
export interface AgentConfig {
  /**
   * Address of its gateway, such as http://127.0.0.1:18789.
   */
  url?: string;
  /**
   * Port of its gateway on this machine; of no effect with url.
   */
  port?: number;
  /**
   * Path that takes tasks.
   */
  hook_path?: string;
  /**
   * Path that tells whether the gateway is up.
   */
  health_path?: string;
  /**
   * Bearer token of its hooks; rather name a variable with token_env.
   */
  token?: string;
  /**
   * Environment variable with the bearer token of its hooks.
   */
  token_env?: string;
  /**
   * Agent of the gateway that is asked; null: the gateway's own choice.
   */
  agent_id?: string | null;
  /**
   * Whether each attempt asks for a session of its own; when the gateway refuses that, it is asked again without.
   */
  session_key?: boolean;
  /**
   * Model for the run; null: the agent's.
   */
  model?: string | null;
  /**
   * Thinking level for the run; null: the agent's.
   */
  thinking?: string | null;
  /**
   * Channel that the agent's answer is delivered to besides; null: the gateway's own choice.
   */
  channel?: string | null;
  /**
   * Target in that channel; {agent} and {run_id} stand for what was asked.
   */
  to?: string | null;
  /**
   * Seconds after which the gateway ends a run.
   */
  timeout_seconds?: number;
}
/**
 * How the newest messages of a channel are fetched for --channel-context.
 */
export interface ChannelContextConfig {
  /**
   * Program and arguments; {channel}, {messages} and {caller} stand for what was asked. It prints the messages.
   */
  command?: string[];
  /**
   * Environment variable with the token for it, which alone is passed on; {CALLER} in it stands for the caller's name in capitals.
   */
  token_env?: string | null;
  /**
   * Seconds for it.
   */
  timeout_seconds?: number;
  [k: string]: unknown;
}
/**
 * What the controller is doing now: the ledger that recovery trusts.
 */
export interface State {
  schema_version: 1;
  /**
   * Process that runs the queue.
   */
  controller: ProcessIdentity | null;
  /**
   * Attempts under way, by task id.
   */
  running: {
    [k: string]: RunningAttempt;
  };
  /**
   * Worktrees that exist, by path.
   */
  worktrees: {
    [k: string]: OwnedWorktree;
  };
  /**
   * Events to append.
   */
  outbox: PendingEvent[];
  /**
   * Runtimes that a usage limit holds, by name.
   */
  holds?: {
    [k: string]: RuntimeHold;
  };
  /**
   * When retention last looked at logs and results.
   */
  tidied_at?: string;
  git_view?: ChangedGitView;
  /**
   * Worktrees that macp made for itself, by path: gates on a base commit, merges.
   */
  scratch?: {
    [k: string]: ScratchWorktree;
  };
  [k: string]: unknown;
}
/**
 * A process that cannot be mistaken for another with a recycled pid.
 */
export interface ProcessIdentity {
  pid: number;
  /**
   * Start time as the operating system tells it.
   */
  start_time: string;
}
export interface RunningAttempt {
  /**
   * Marks every process of the attempt in its environment (MACP_ATTEMPT_ID).
   */
  attempt_id: string;
  /**
   * Serial of the attempt.
   */
  serial: number;
  /**
   * Spent attempts before this one.
   */
  attempts_before: number;
  phase: "claimed" | "preparing" | "spawning" | "running" | "gating" | "finishing";
  started_at: string;
  legacy: boolean;
  worktree: string | null;
  branch: string | null;
  base_commit: string | null;
  /**
   * Leader of the worker's process group.
   */
  worker: ProcessIdentity | null;
  verdict: Verdict | null;
  /**
   * Process that carries it out; null or absent: the controller.
   */
  owner?: ProcessIdentity | null;
  accept?: AcceptedFrom;
  rules?: TaskRules;
  /**
   * Slot among the attempts that run at once, from 0.
   */
  slot?: number;
  /**
   * First port of its block.
   */
  port_base?: number | null;
  /**
   * A person asked to end it; stands in the queue too, where the task is in it.
   */
  cancel_requested?: true;
  [k: string]: unknown;
}
/**
 * How an attempt ended, durable before anything follows from it.
 */
export interface Verdict {
  outcome:
    | "completed"
    | "worker_failed"
    | "timed_out"
    | "stalled"
    | "worker_lost"
    | "setup_failed"
    | "no_changes"
    | "gate_failed"
    | "gate_broken"
    | "worktree_failed"
    | "merge_conflict"
    | "cancelled"
    | "needs_input"
    | "worker_escalated"
    | "handed_over"
    | "gate_files_blocked"
    | "baseline_red"
    | "invalid_task"
    | "rate_limited"
    | "interrupted";
  next_status: "pending" | "completed" | "failed" | "escalated";
  /**
   * Whether the attempt counts.
   */
  spent: boolean;
  /**
   * When the next attempt may start.
   */
  not_before: string | null;
  result: TaskResult;
  /**
   * Runtime that a usage limit holds from now on.
   */
  hold?: VerdictHold | null;
  [k: string]: unknown;
}
export interface VerdictHold {
  runtime: string;
  until: string;
  reason: string;
}
/**
 * What the task was before a person had it accepted; absent on other attempts.
 */
export interface AcceptedFrom {
  status: "failed" | "escalated";
  outcome: string | null;
  reason: string | null;
}
/**
 * What of the task decides how its work is judged, as it was claimed: what else stands there when the attempt ends is put back.
 */
export interface TaskRules {
  type?: string;
  quality_gates?: unknown[];
  /**
   * That of the metadata.
   */
  expects_changes?: boolean;
}
/**
 * A worktree that macp made.
 */
export interface OwnedWorktree {
  task_id: string;
  branch: string;
  /**
   * adding: no worker has seen it yet.
   */
  phase: "adding" | "ready" | "removing";
  created_at: string;
  base_commit: string | null;
  /**
   * When a person had it brought back: it goes only when asked for.
   */
  restored_at?: string;
  /**
   * Whether macp.setup ran in it to a good end.
   */
  set_up?: boolean;
  /**
   * Files that macp.setup changed and git does not ignore, with what they were then.
   */
  setup_left?: {
    [k: string]: string;
  };
  [k: string]: unknown;
}
/**
 * An event that belongs to a change and is not in the event file yet.
 */
export interface PendingEvent {
  event: TaskEvent;
  expects: ExpectedTask;
}
/**
 * A runtime that is held.
 */
export interface RuntimeHold {
  /**
   * When it may be used again.
   */
  until: string;
  /**
   * The runtime's own words.
   */
  reason: string;
  /**
   * Task that met the limit.
   */
  task_id: string;
  since: string;
  [k: string]: unknown;
}
/**
 * What a worker changed of what decides what git sees in the repository; absent when all is as before.
 */
export interface ChangedGitView {
  /**
   * Task whose worker it was.
   */
  task_id: string;
  since: string;
  /**
   * SHA-256 of each value before, by name; null where there was none.
   */
  before: {
    [k: string]: string | null;
  };
  [k: string]: unknown;
}
/**
 * A worktree that macp made for itself and removes again.
 */
export interface ScratchWorktree {
  purpose: "baseline" | "gates" | "land";
  task_id: string;
  owner: ProcessIdentity1;
  created_at: string;
  /**
   * Marks every process that works in it (MACP_ATTEMPT_ID).
   */
  attempt_id?: string;
  [k: string]: unknown;
}
/**
 * A process that cannot be mistaken for another with a recycled pid.
 */
export interface ProcessIdentity1 {
  pid: number;
  /**
   * Start time as the operating system tells it.
   */
  start_time: string;
}
export interface Cursors {
  schema_version: 1;
  sinks: {
    [k: string]: SinkCursor;
  };
  others_begin?: SinkCursor1;
  [k: string]: unknown;
}
/**
 * How far one sink has got. Nothing was read yet where inode and offset are 0.
 */
export interface SinkCursor {
  /**
   * Device of the file that it reads; told apart by inode and content alone where devices are numbered anew at a boot.
   */
  device: number;
  /**
   * Inode of that file; 0 with an offset alone, as the older implementation had it.
   */
  inode: number;
  /**
   * SHA-256 of the first bytes, hexadecimal.
   */
  header_hash: string;
  /**
   * How many bytes were hashed.
   */
  header_bytes?: number;
  /**
   * Bytes read.
   */
  offset: number;
  /**
   * FNV-1a (32 bits) of the bytes right before the offset, hexadecimal: tells a file that was cut and grew again.
   */
  tail_hash?: string;
  /**
   * How many bytes right before the offset were hashed.
   */
  tail_bytes?: number;
  /**
   * Whether the offset stands inside a line that is too long, whose rest is passed over.
   */
  inside_line?: boolean;
  /**
   * Name of the newest file that events.ndjson had been rotated into before this one came; empty when there was none.
   */
  previous_file?: string;
  /**
   * Events that are tried again later, oldest first; those of one task in their order.
   */
  parked?: ParkedEvent[];
  /**
   * When somebody looked for new events of it last, to the day: the event file waits a week for a sink that is not enabled.
   */
  served_at?: string;
  /**
   * Events that were delivered, all in all.
   */
  delivered?: number;
  /**
   * Events that went to the dead letters, all in all.
   */
  dead_lettered?: number;
  /**
   * Lines that were no events or too long, all in all.
   */
  passed_over?: number;
  /**
   * When an event was delivered last.
   */
  last_success?: string | null;
  /**
   * What went wrong last, without secrets.
   */
  last_error?: SinkError | null;
  /**
   * Nothing is sent before: the receiver asked for a pause, or took nothing of several events.
   */
  closed_until?: string | null;
  /**
   * Hash of the settings of the sink at its last pass: with others all pauses end.
   */
  settings_hash?: string;
  /**
   * Why nothing is sent any more, until the sink is configured anew.
   */
  disabled?: SinkDisabled | null;
  [k: string]: unknown;
}
/**
 * An event that could not be delivered yet.
 */
export interface ParkedEvent {
  /**
   * The event as it was read.
   */
  event: {
    event_id: string;
    event_type: string;
    task_id: string;
    [k: string]: unknown;
  };
  /**
   * When it was parked: a day later it is dead-lettered.
   */
  parked_at: string;
  /**
   * Not tried before.
   */
  next_try_at: string;
  /**
   * Passes in which it was tried; 0 while it waits behind another event of its task.
   */
  tries: number;
  /**
   * Why the last try failed, without secrets.
   */
  reason?: string;
  [k: string]: unknown;
}
export interface SinkError {
  /**
   * When it happened.
   */
  at: string;
  /**
   * What happened, without secrets.
   */
  reason: string;
  /**
   * Event that was being delivered.
   */
  event_id?: string;
  [k: string]: unknown;
}
export interface SinkDisabled {
  /**
   * When it was disabled.
   */
  at: string;
  /**
   * Why, without secrets.
   */
  reason: string;
  /**
   * SHA-256 of the settings of the sink at that time: others enable it again.
   */
  settings_hash: string;
  [k: string]: unknown;
}
/**
 * How far one sink has got. Nothing was read yet where inode and offset are 0.
 */
export interface SinkCursor1 {
  /**
   * Device of the file that it reads; told apart by inode and content alone where devices are numbered anew at a boot.
   */
  device: number;
  /**
   * Inode of that file; 0 with an offset alone, as the older implementation had it.
   */
  inode: number;
  /**
   * SHA-256 of the first bytes, hexadecimal.
   */
  header_hash: string;
  /**
   * How many bytes were hashed.
   */
  header_bytes?: number;
  /**
   * Bytes read.
   */
  offset: number;
  /**
   * FNV-1a (32 bits) of the bytes right before the offset, hexadecimal: tells a file that was cut and grew again.
   */
  tail_hash?: string;
  /**
   * How many bytes right before the offset were hashed.
   */
  tail_bytes?: number;
  /**
   * Whether the offset stands inside a line that is too long, whose rest is passed over.
   */
  inside_line?: boolean;
  /**
   * Name of the newest file that events.ndjson had been rotated into before this one came; empty when there was none.
   */
  previous_file?: string;
  /**
   * Events that are tried again later, oldest first; those of one task in their order.
   */
  parked?: ParkedEvent[];
  /**
   * When somebody looked for new events of it last, to the day: the event file waits a week for a sink that is not enabled.
   */
  served_at?: string;
  /**
   * Events that were delivered, all in all.
   */
  delivered?: number;
  /**
   * Events that went to the dead letters, all in all.
   */
  dead_lettered?: number;
  /**
   * Lines that were no events or too long, all in all.
   */
  passed_over?: number;
  /**
   * When an event was delivered last.
   */
  last_success?: string | null;
  /**
   * What went wrong last, without secrets.
   */
  last_error?: SinkError | null;
  /**
   * Nothing is sent before: the receiver asked for a pause, or took nothing of several events.
   */
  closed_until?: string | null;
  /**
   * Hash of the settings of the sink at its last pass: with others all pauses end.
   */
  settings_hash?: string;
  /**
   * Why nothing is sent any more, until the sink is configured anew.
   */
  disabled?: SinkDisabled | null;
  [k: string]: unknown;
}
/**
 * Answer of an agent to a delegated task, version 1.1. This is the strict form; $defs/lenientHandoff is all that --no-validate asks for.
 */
export interface Handoff {
  /**
   * Version of this form: 1.1.
   */
  schemaVersion: string | number;
  /**
   * Run that is answered; an answer that names another run is refused.
   */
  runId?: string | null;
  /**
   * Name of the agent.
   */
  agent?: {
    [k: string]: unknown;
  };
  status: HandoffStatus;
  /**
   * What was found or made: any JSON value, a text as a rule.
   */
  result: {
    [k: string]: unknown;
  };
  /**
   * What was made; needed when the status is complete, and then of the form $defs/deliverable.
   */
  deliverable?: {
    [k: string]: unknown;
  };
  /**
   * Files that were made besides.
   */
  artifacts?: {
    [k: string]: unknown;
  };
  /**
   * high, medium or low. A partial answer with low confidence is asked for again.
   */
  confidence: string;
  /**
   * Caveats and open questions; what went wrong or what is missing when the status is failed or blocked. A text as a rule.
   */
  notes?: {
    [k: string]: unknown;
  };
  /**
   * When it was written, ISO 8601.
   */
  timestamp: string;
  [k: string]: unknown;
}
