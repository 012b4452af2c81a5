/**
 * The brief of a worker: what is to be done, what a person answered and, on a retry, what
 * went wrong.
 *
 * @module
 */
import type { Reply, Task, TaskResult } from "../protocol/generated/types.ts";

/**
 * Text of the brief.
 *
 * @param text Content of the task's brief file, or null when it has none.
 * @param previous Result of the attempt before, or null.
 */
export function composeBrief(task: Task, text: string | null, previous: TaskResult | null): string {
  const own = text ?? [`# ${task.title}`, task.description ?? ""].filter(Boolean).join("\n\n");
  const parts = [own, describeReplies(task.replies ?? [])].map((part) => part.trimEnd());
  if (previous !== null) parts.push(describeFailure(previous));
  const brief = parts.filter((part) => part !== "").join("\n\n");
  return previous === null ? `${brief}\n` : brief;
}

/** What a person was asked and answered, oldest first, as Markdown; empty without answers. */
export function describeReplies(replies: readonly Reply[]): string {
  if (replies.length === 0) return "";
  const parts = replies.flatMap(({ question, text }) => [
    ...(question ? [`Question:\n\n${quote(question)}`] : []),
    `Answer:\n\n${text.trim()}`,
  ]);
  return ["## Answers of a person", ...parts].join("\n\n");
}

function quote(text: string): string {
  return text.trim().split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
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
