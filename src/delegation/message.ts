/**
 * The message that an agent gets.
 *
 * @module
 */
import template from "../../templates/delegation/message.md" with { type: "text" };
import { plainLines } from "../events/plain_text.ts";
import { oneLine } from "../protocol/text.ts";
import { fillTemplate } from "./fill_template.ts";

/** Most characters of the reason why an earlier attempt failed. */
const maxReason = 500;

/** What the message is made of. */
export interface MessageParts {
  runId: string;
  /** Name of the agent. */
  agent: string;
  task: string;
  /** 1 for the first one. */
  attempt: number;
  /** Why the attempt before failed; null when there was none. */
  previousError: string | null;
  /** Text that the asker attaches, or null. */
  context: string | null;
  /** Messages of a channel, which anybody may have written, or null. */
  channelContext: string | null;
  /** Absolute path of the file that the agent writes. */
  handoffPath: string;
  /** Whether the agent's answer is delivered to a channel too. */
  deliver: boolean;
}

/**
 * The message: run id, why an earlier attempt failed, context, task, and the JSON that the
 * agent writes. Values are inserted once, so that none of them is taken for a place of the
 * template. Messages of a channel stand between marks, each line quoted by `> `, without
 * characters that nobody sees: none of it can look like the mark at their end.
 */
export function renderMessage(parts: MessageParts): string {
  const { runId, agent, task, attempt, previousError, context, channelContext } = parts;
  const isRetry = previousError !== null && previousError.trim() !== "";
  return fillTemplate(template, {
    runId,
    agent: JSON.stringify(agent).slice(1, -1),
    task: task.trim(),
    attempt: String(attempt),
    previousError: isRetry ? oneLine(previousError, maxReason) : null,
    context: orNull(context?.trim()),
    channelContext: orNull(quote(channelContext ?? "")),
    handoffPath: parts.handoffPath,
    deliver: parts.deliver ? "" : null,
    noDeliver: parts.deliver ? null : "",
  }).trim();
}

function orNull(text: string | undefined): string | null {
  return text === undefined || text === "" ? null : text;
}

/** A text of strangers, line by line behind `> `, without what could pass for a mark. */
function quote(text: string): string {
  const plain = plainLines(text).replaceAll(/={4,}/g, "===");
  return plain === "" ? "" : plain.replaceAll(/^/gm, "> ").replaceAll(/ +$/gm, "");
}
