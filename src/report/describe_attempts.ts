/**
 * Attempts of a task, from its events and its results together. Pure.
 *
 * @module
 */
import type { GateEvidence, TaskResult, Usage } from "../protocol/generated/types.ts";
import { kindOfResult } from "../protocol/result_kind.ts";
import { oneLine } from "../protocol/text.ts";
import { shownText, type TextBudget } from "./text_budget.ts";
import { type EventAttempt, secondsBetween } from "./fold_events.ts";
import type {
  AttemptDetails,
  GateDetails,
  LogTail,
  PhaseSeconds,
  ReportAttempt,
  ReportGate,
} from "./report_data.ts";

/** What is known of a task's attempts. */
export interface AttemptSources {
  events: readonly EventAttempt[];
  /** Results of attempts, that of the task last. */
  results: readonly TaskResult[];
  /** The attempt under way, or null. */
  running: { serial: number; startedAt: string } | null;
  /** End of the log of an attempt, or null when it has none. */
  logOf: (serial: number) => LogTail | null;
  budget: TextBudget;
}

/** An attempt and its evidence. */
export interface DescribedAttempt {
  attempt: ReportAttempt;
  details: AttemptDetails;
}

/** Milliseconds by which the times of an event and a result of one attempt may differ. */
const sameMs = 2000;
const mostFiles = 200;
const mostText = 4000;

/** Attempts, oldest first; each result stands with the events of its attempt. */
export function describeAttempts(sources: AttemptSources): DescribedAttempt[] {
  const { events, results, running } = sources;
  const left = [...results];
  const isAttempt = (result: TaskResult) => kindOfResult(result) !== "none";
  const pairs: { event: EventAttempt | null; result: TaskResult | null }[] = events.map((event) => {
    const at = left.findIndex((result) => belongTogether(event, result));
    return { event, result: at < 0 ? null : left.splice(at, 1)[0] ?? null };
  });
  pairs.push(...left.filter(isAttempt).map((result) => ({ event: null, result })));
  const startOf = ({ event, result }: (typeof pairs)[number]) =>
    event?.started_at ?? result?.metadata?.started_at ?? result?.completed_at ?? "";
  pairs.sort((a, b) => Date.parse(startOf(a)) - Date.parse(startOf(b)));
  const newest = pairs.findLast(({ event }) => event?.ended_at === null);
  return pairs.map(({ event, result }) => {
    const isRunning = running !== null && event !== null && newest?.event === event;
    const serial = result?.metadata?.attempt_serial ?? (isRunning ? running.serial : null);
    return {
      attempt: describe({ event, result, serial, isRunning }),
      details: detailsOf(result, serial === null ? null : sources.logOf(serial), sources.budget),
    };
  });
}

function belongTogether(event: EventAttempt, result: TaskResult): boolean {
  const startedAt = result.metadata?.started_at ?? null;
  const [a, b] = startedAt !== null
    ? [event.started_at, startedAt]
    : [event.ended_at ?? "", result.completed_at];
  return Math.abs(Date.parse(a) - Date.parse(b)) <= sameMs ||
    // An acceptance begins before its first event.
    (event.by === "person" && event.ended_at !== null &&
      Math.abs(Date.parse(event.ended_at) - Date.parse(result.completed_at)) <= sameMs);
}

function describe(
  { event, result, serial, isRunning }: {
    event: EventAttempt | null;
    result: TaskResult | null;
    serial: number | null;
    isRunning: boolean;
  },
): ReportAttempt {
  const metadata = result?.metadata ?? {};
  const isAccepted = result !== null && kindOfResult(result) === "acceptance";
  const by = isAccepted ? "person" : event?.by ?? "controller";
  const started = event?.started_at ?? metadata.started_at ?? null;
  const ended = event?.ended_at ?? result?.completed_at ?? null;
  return {
    serial,
    by,
    attempt: by === "person" ? null : result?.attempt ?? event?.attempt ?? null,
    of: by === "person" ? null : result?.max_attempts ?? event?.of ?? null,
    started_at: started,
    worker_started_at: event?.worker_started_at ?? null,
    gates_started_at: event?.gates_started_at ?? null,
    ended_at: ended,
    running: isRunning,
    outcome: metadata.outcome ?? event?.outcome ?? null,
    next: event?.next ?? result?.status ?? null,
    runtime: event?.runtime ?? agentOf(result),
    seconds: secondsBetween(started, ended) ?? metadata.duration_seconds ?? null,
    phases: event === null ? unknownPhases(metadata.gates) : phasesOf(event, ended),
    gates: gatesOf(event?.gates ?? [], metadata.gates ?? []),
    usage: usageOf(metadata.usage ?? null),
  };
}

function agentOf(result: TaskResult | null): string | null {
  const hasAgent = result?.dispatch === "yolo" || result?.dispatch === "acp";
  return hasAgent && result.runtime ? oneLine(result.runtime, 60) : null;
}

function phasesOf(event: EventAttempt, ended: string | null): PhaseSeconds {
  const { started_at, worker_started_at, gates_started_at, by } = event;
  return {
    preparing: by === "person" ? null : secondsBetween(started_at, worker_started_at ?? ended),
    working: secondsBetween(worker_started_at, gates_started_at ?? ended),
    gates: secondsBetween(gates_started_at, ended),
  };
}

/** Without events only the gates tell how long they took. */
function unknownPhases(gates: readonly GateEvidence[] = []): PhaseSeconds {
  const sum = gates.reduce((total, { duration_seconds }) => total + duration_seconds, 0);
  return { preparing: null, working: null, gates: gates.length === 0 ? null : sum };
}

/** The gates in order; the result knows them best, the events know when. */
function gatesOf(
  events: readonly ReportGate[],
  evidence: readonly GateEvidence[],
): ReportGate[] {
  if (evidence.length === 0) return [...events];
  const left = [...events];
  return evidence.map(({ command, outcome, duration_seconds }) => {
    const name = oneLine(command, 300);
    const at = left.findIndex((gate) => gate.command === name);
    const event = at < 0 ? null : left.splice(at, 1)[0] ?? null;
    return {
      command: name,
      outcome,
      started_at: event?.started_at ?? null,
      ended_at: event?.ended_at ?? null,
      seconds: duration_seconds,
    };
  });
}

/** What a worker reported, or null when that is neither tokens nor cost. */
function usageOf(usage: Usage | null): ReportAttempt["usage"] {
  const { input_tokens = null, output_tokens = null, cost_usd = null } = usage ?? {};
  if (input_tokens === null && output_tokens === null && cost_usd === null) return null;
  return { input_tokens, output_tokens, cost_usd };
}

function detailsOf(
  result: TaskResult | null,
  log: LogTail | null,
  budget: TextBudget,
): AttemptDetails {
  const { metadata = {}, files_changed = [] } = result ?? {};
  const text = (value: string | null | undefined) => value ? shownText(value, mostText) : null;
  return {
    error: text(result?.error ?? result?.escalation_reason),
    summary: text(result?.summary),
    commits: metadata.commits ?? null,
    insertions: metadata.insertions ?? null,
    deletions: metadata.deletions ?? null,
    files_changed: files_changed.slice(0, mostFiles).map((file) => oneLine(file, 300)),
    more_files: Math.max(0, files_changed.length - mostFiles),
    gates: (metadata.gates ?? []).map((gate) => gateOf(gate, budget)),
    warnings: listOf(metadata.warnings),
    gate_files_changed: listOf(metadata.gate_files_changed),
    main_checkout_changes: listOf(metadata.main_checkout_changes),
    snapshot_ref: metadata.snapshot_ref ?? null,
    session_id: metadata.session_id ? oneLine(metadata.session_id, 200) : null,
    screen_tail: text(metadata.screen_tail),
    log,
  };
}

function gateOf(gate: GateEvidence, budget: TextBudget): GateDetails {
  return {
    command: oneLine(gate.command, 1000),
    type: gate.type,
    outcome: gate.outcome,
    reason: gate.reason ? oneLine(gate.reason, 400) : null,
    exit_code: gate.exit_code,
    seconds: gate.duration_seconds,
    baseline: gate.baseline ?? null,
    tail: budget.take(() => shownText(gate.output_tail, mostText)),
  };
}

function listOf(texts: readonly string[] | null | undefined): string[] {
  return (texts ?? []).slice(0, mostFiles).map((text) => oneLine(text, 400));
}
