/**
 * Repositories whose files tell a story, for reports to be made of.
 *
 * @module
 */
import { dirname, join } from "@std/path";

/** A gate of an attempt. */
export interface StoryGate {
  command: string;
  seconds: number;
  outcome?: "passed" | "failed" | "broken";
  tail?: string;
}

/** An attempt of a task; times are seconds from the beginning of the story. */
export interface StoryAttempt {
  at: number;
  preparing?: number;
  working: number;
  gates?: StoryGate[];
  outcome: string;
  usage?: Record<string, number>;
  files?: string[];
  /** Insertions and deletions. */
  diff?: [number, number];
  error?: string;
  log?: string;
  /** More of the evidence. */
  metadata?: Record<string, unknown>;
}

/** A task. */
export interface StoryTask {
  id: string;
  title: string;
  status: string;
  runtime?: string;
  depends_on?: string[];
  reason?: string;
  more?: Record<string, unknown>;
  attempts: StoryAttempt[];
}

/** One line of the event file. */
interface Line {
  at: number;
  text: string;
}

/** When the stories begin: yesterday, so that what runs has not run for long. */
export const beginning = Math.floor(Date.now() / 3_600_000 - 27) * 3_600_000;

/** Makes a git repository with these tasks as macp would have left them. */
export function writeStory(folder: string, tasks: readonly StoryTask[]): void {
  const { success } = new Deno.Command("git", { args: ["init", "-q", folder] }).outputSync();
  if (!success) throw new Error(`Cannot make a repository: ${folder}`);
  const base = join(folder, ".mosaic", "orchestrator");
  const write = (name: string, text: string) => {
    const path = join(base, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeTextFileSync(path, text);
  };
  const lines = tasks.flatMap((task) => linesOf(task)).sort((a, b) => a.at - b.at);
  write("config.json", '{"enabled": true}');
  write("events.ndjson", lines.map(({ text }) => `${text}\n`).join(""));
  write("state.json", JSON.stringify(stateOf(tasks), null, 2));
  write("tasks.json", JSON.stringify({ tasks: tasks.map(queued) }, null, 2));
  for (const task of tasks) {
    task.attempts.forEach((attempt, i) => {
      write(`logs/${task.id}/${i + 1}.log`, attempt.log ?? `== ${task.id}: attempt ${i + 1}\n`);
      if (attempt.outcome === "running") return;
      const isLast = i === task.attempts.length - 1;
      const name = isLast ? `results/${task.id}.json` : `results/attempts/${task.id}/${i + 1}.json`;
      write(name, JSON.stringify(resultOf(task, attempt, i + 1)));
    });
  }
}

/** The ledger: attempts under way, and a runtime that is held. */
function stateOf(tasks: readonly StoryTask[]) {
  const running = tasks.flatMap(({ id, attempts }) => {
    const last = attempts.at(-1);
    if (last?.outcome !== "running") return [];
    return [[id, {
      attempt_id: crypto.randomUUID(),
      serial: attempts.length,
      attempts_before: attempts.length - 1,
      phase: "running",
      started_at: timeOf(last.at),
      legacy: false,
      worktree: null,
      branch: null,
      base_commit: null,
      worker: null,
      verdict: null,
    }]];
  });
  const until = new Date(Date.now() + 7_200_000).toISOString();
  return {
    schema_version: 1,
    controller: null,
    running: Object.fromEntries(running),
    worktrees: {},
    outbox: [],
    holds: { opencode: { until, reason: "Usage limit reached", task_id: "A", since: timeOf(0) } },
  };
}

const timeOf = (seconds: number) => new Date(beginning + seconds * 1000).toISOString();

/** Seconds at which the parts of an attempt begin. */
function partsOf({ at, preparing = 6, working, gates = [] }: StoryAttempt) {
  const started = at + preparing;
  const gated = started + working;
  const ended = gated + gates.reduce((sum, { seconds }) => sum + seconds, 0) + 1;
  return { started, gated, ended };
}

function queued({ id, title, status, runtime, depends_on, reason, more, attempts }: StoryTask) {
  const last = attempts.at(-1);
  return {
    id,
    title,
    status,
    dispatch: runtime ? "yolo" : "exec",
    ...(runtime ? { runtime } : { command: "./work.sh" }),
    ...(depends_on ? { depends_on } : {}),
    ...(reason ? { reason } : {}),
    ...(last && last.outcome !== "running" ? { outcome: last.outcome } : {}),
    ...(last ? { attempts: attempts.length, last_attempt: attempts.length } : {}),
    ...(last ? { branch: `feat/${id.toLowerCase()}` } : {}),
    ...more,
  };
}

function linesOf(task: StoryTask): Line[] {
  const { id, title, runtime = "codex", attempts } = task;
  return attempts.flatMap((attempt, i) => {
    const { started, gated, ended } = partsOf(attempt);
    const line = (at: number, event_type: string, more: Record<string, unknown> = {}): Line => ({
      at,
      text: JSON.stringify({
        event_id: crypto.randomUUID(),
        event_type,
        task_id: id,
        status: /completed|failed|escalated/.exec(event_type)?.[0] ?? "running",
        timestamp: timeOf(at),
        source: "controller",
        message: event_type,
        metadata: {
          attempt: i + 1,
          runtime,
          dispatch: task.runtime ? "yolo" : "exec",
          title,
          ...more,
        },
      }),
    });
    const lines = [line(attempt.at, "task.assigned")];
    if (attempt.outcome === "running") return [...lines, line(started, "task.started")];
    lines.push(line(started, "task.started"));
    let at = gated;
    if (attempt.gates) lines.push(line(at, "task.gated"));
    for (const { command, seconds, outcome = "passed" } of attempt.gates ?? []) {
      const type = outcome === "passed" ? "rail.check.passed" : "rail.check.failed";
      lines.push(line(at, "rail.check.started", { gate: command }));
      lines.push(line(at += seconds, type, { gate: command, gate_outcome: outcome }));
    }
    const isLast = i === attempts.length - 1;
    const type = isLast && task.status !== "pending"
      ? `task.${task.status}`
      : "task.retry.scheduled";
    return [...lines, line(ended, type, { outcome: attempt.outcome })];
  });
}

function resultOf(task: StoryTask, attempt: StoryAttempt, serial: number) {
  const { ended } = partsOf(attempt);
  const { gates = [], files = [], diff = [0, 0], usage, outcome, error, at } = attempt;
  const status = outcome === "completed"
    ? "completed"
    : task.status === "escalated"
    ? "escalated"
    : "failed";
  return {
    task_id: task.id,
    status,
    completed_at: timeOf(ended),
    exit_code: 0,
    attempt: serial,
    max_attempts: 3,
    runtime: task.runtime ?? "codex",
    dispatch: task.runtime ? "yolo" : "exec",
    branch: `feat/${task.id.toLowerCase()}`,
    files_changed: files,
    error: error ?? null,
    metadata: {
      schema_version: 1,
      attempt_serial: serial,
      outcome,
      commits: files.length > 0 ? 1 : 0,
      insertions: diff[0],
      deletions: diff[1],
      started_at: timeOf(at),
      duration_seconds: ended - at,
      usage: usage ?? null,
      snapshot_ref: `refs/macp/snapshots/${task.id}/${serial}`,
      gates: gates.map(({ command, seconds, outcome = "passed", tail = "" }) => ({
        command,
        type: "mechanical",
        outcome,
        reason: outcome === "broken" ? "No test ran" : null,
        exit_code: outcome === "failed" ? 1 : 0,
        duration_seconds: seconds,
        output_tail: tail,
      })),
      ...attempt.metadata,
    },
  };
}
