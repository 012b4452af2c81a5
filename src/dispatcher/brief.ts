/**
 * The brief of a worker: what is to be done and, on a retry, what went wrong.
 *
 * @module
 */
import type { Task, TaskResult } from "../protocol/generated/types.ts";

/**
 * Text of the brief.
 *
 * @param text Content of the task's brief file, or null when it has none.
 * @param previous Result of the attempt before, or null.
 */
export function composeBrief(task: Task, text: string | null, previous: TaskResult | null): string {
  const own = text ?? [`# ${task.title}`, task.description ?? ""].filter(Boolean).join("\n\n");
  return previous === null
    ? `${own.trimEnd()}\n`
    : `${own.trimEnd()}\n\n${describeFailure(previous)}`;
}

/** What went wrong in an attempt, as Markdown. */
export function describeFailure(previous: TaskResult): string {
  const lines = ["## What went wrong in the attempt before", ""];
  if (previous.error) lines.push(previous.error, "");
  for (const gate of previous.metadata?.gates ?? []) {
    if (gate.outcome === "passed") continue;
    lines.push(`Gate \`${gate.command}\`: ${gate.outcome}, exit code ${gate.exit_code}.`);
    if (gate.reason) lines.push(gate.reason);
    lines.push("", "```", gate.output_tail.trimEnd().replaceAll("```", "'''"), "```", "");
  }
  return lines.join("\n");
}
