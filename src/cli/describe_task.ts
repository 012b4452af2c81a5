/**
 * What the queue says of a task, and what to type next, as lines for a person.
 *
 * @module
 */
import { nextCommands } from "../people/next_commands.ts";
import { isRecord } from "../protocol/events.ts";
import { dependenciesOf, type RawTask, statusOf, titleOf } from "../protocol/task.ts";
import { oneLine, shellWord } from "../protocol/text.ts";
import type { Queue } from "../store/queue.ts";
import type { TaskRecords } from "./find_result.ts";
import { tellTime } from "./moment.ts";
import { type Output, tabulate } from "./output.ts";

/**
 * Prints what the queue says: status, reason, waiting time, landing and answers.
 *
 * @param about `now`: milliseconds since the epoch; `flow`: makes lines of a long text.
 */
export function printTask(
  output: Output,
  id: string,
  raw: RawTask,
  { now, flow }: { now: number; flow: (text: string) => string[] },
): void {
  output.line(`${oneLine(id)}: ${oneLine(titleOf(raw), 200)}`);
  output.line(`status: ${statusOf(raw) ?? "invalid"}`);
  const reason = textOf(raw, "reason");
  if (reason !== null) flow(`reason: ${oneLine(reason)}`).forEach((line) => output.line(line));
  const notBefore = textOf(raw, "not_before");
  if (notBefore !== null && statusOf(raw) === "pending") {
    output.line(`not before: ${oneLine(tellTime(notBefore, now))}`);
  }
  const landed = landingOf(raw);
  if (landed !== null) {
    const commit = textOf(landed, "commit") ?? "unknown";
    output.line(`landed on: ${oneLine(textOf(landed, "into") ?? "unknown")} at ${oneLine(commit)}`);
  }
  const replies = isRecord(raw) && Array.isArray(raw.replies) ? raw.replies : [];
  for (const reply of replies) {
    const question = textOf(reply, "question");
    if (question !== null) output.line(`asked: ${oneLine(question, 400)}`);
    const at = oneLine(tellTime(textOf(reply, "at") ?? "unknown time", now));
    output.line(`answer of ${at}: ${oneLine(textOf(reply, "text") ?? "", 400)}`);
  }
}

/** What the next step depends on. */
export interface NextFacts {
  queue: Queue;
  id: string;
  raw: RawTask;
  records: TaskRecords;
  /** Path of the worktree when it is there. */
  worktree: string | null;
  /** Branch that holds its work already, though nothing records a landing, or null. */
  heldBy: string | null;
}

/** Prints what to type next. */
export function printNext(output: Output, facts: NextFacts): void {
  const { id, raw, records: { result, contradiction, logs }, worktree, heldBy } = facts;
  const status = statusOf(raw);
  if (status === "failed" || status === "escalated") return printSteps(output, facts);
  const word = shellWord(id);
  const next = logs.length > 0 ? [`macp logs ${word}`] : [];
  const branch = textOf(raw, "branch") ?? result?.branch ?? null;
  const hasDiff = branch !== null || worktree !== null;
  if (status === "completed" && hasDiff) next.push(`macp diff ${word}`);
  const lands = status === "completed" && result?.branch && !landingOf(raw) && heldBy === null &&
    contradiction === null;
  if (lands) next.push(`macp land ${word}`);
  if (status === "pending") next.push("macp drain");
  if (next.length > 0) output.line(`next: ${next.join(" · ")}`);
}

function printSteps(output: Output, { queue, id, raw, records, worktree }: NextFacts): void {
  const { result, logs } = records;
  const { snapshot_ref, commits } = result?.metadata ?? {};
  const steps = nextCommands({
    id,
    outcome: textOf(raw, "outcome"),
    hasLog: logs.length > 0,
    hasWork: !!snapshot_ref || worktree !== null || (commits ?? 0) > 0,
    worktree,
    branch: textOf(raw, "branch") ?? result?.branch ?? null,
    dependencies: dependenciesOf(raw).flatMap((name) => textOf(queue.find(name), "branch") ?? []),
  }).filter(({ command }) => command !== `macp show ${shellWord(id)}`);
  output.line("next:");
  const lines = tabulate(steps.map(({ command, why }) => [`  ${command}`, `# ${why}`]));
  for (const line of lines) output.line(line);
}

function landingOf(raw: RawTask): Record<string, unknown> | null {
  const metadata = isRecord(raw) && isRecord(raw.metadata) ? raw.metadata : {};
  return isRecord(metadata.landed) ? metadata.landed : null;
}

function textOf(value: unknown, name: string): string | null {
  const text = isRecord(value) ? value[name] : null;
  return typeof text === "string" && text !== "" ? text : null;
}
