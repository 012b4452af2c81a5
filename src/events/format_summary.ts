/**
 * Many events as one message: the digest.
 *
 * @module
 */
import { type EventFacts, formatEvent, textOf } from "./format_event.ts";
import { limitText } from "./limit_text.ts";
import type { Markup } from "./markup.ts";
import { discordMarkup } from "./neutralise_discord.ts";
import { plainLine } from "./plain_text.ts";
import { summarise, type Summary, type TaskState } from "./summarise.ts";

/** Longest line of a task: a long title leaves room for the others. */
const mostOfLine = 300;

/** States in the order in which people need to know of them, with their word in the head. */
const states: readonly (readonly [TaskState, string])[] = [
  ["escalated", "escalated"],
  ["failed", "failed"],
  ["completed", "completed"],
  ["running", "in progress"],
  ["waiting", "waiting"],
];

/**
 * A digest: how many tasks ended how, then a line for each task as it stands after these
 * events, those that need a person first. At most as long as the service takes (2000
 * characters for Discord); what does not fit is counted in the last line.
 *
 * @param events In the order of the event file; read once.
 * @param markup Markup of the service; that of Discord otherwise.
 */
export function formatSummary(
  events: Iterable<EventFacts>,
  { markup = discordMarkup }: { markup?: Markup } = {},
): string {
  return formatSummarised(summarise(events), { markup });
}

/** The same of what `summarise` gave. */
export function formatSummarised(
  summary: Summary,
  { markup = discordMarkup }: { markup?: Markup } = {},
): string {
  const tasks = states.flatMap(([state]) => summary.tasks.filter((task) => task.state === state));
  return fitLines(headOf(summary, markup), tasks.map(({ event }) => event), markup);
}

function headOf({ tasks, landed, retries, redGates, from, to }: Summary, { bold }: Markup): string {
  const counts = states.map(([state, word]) =>
    [tasks.filter((task) => task.state === state).length, word] as const
  );
  const parts = [
    ...counts,
    [landed, "landed"] as const,
    [retries, retries === 1 ? "retry" : "retries"] as const,
    [redGates, redGates === 1 ? "red gate" : "red gates"] as const,
  ].filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const said = parts.length > 0 ? parts.join(", ") : "nothing to tell";
  return `${bold("MACP digest")} — ${said}${spanOf(from, to)}`;
}

/** From when to when, in UTC to the minute. */
function spanOf(from: number | null, to: number | null): string {
  if (from === null || to === null) return "";
  const [start, end] = [from, to].map((time) => new Date(time).toISOString());
  const [day, first] = [start?.slice(0, 10), start?.slice(11, 16)];
  const [lastDay, last] = [end?.slice(0, 10), end?.slice(11, 16)];
  if (day === lastDay && first === last) return ` (${day} ${first} UTC)`;
  return ` (${day} ${first} – ${day === lastDay ? last : `${lastDay} ${last}`} UTC)`;
}

function lineOf(event: EventFacts, markup: Markup): string {
  const short = { ...markup, most: mostOfLine };
  return formatEvent(event, { markup: short }) ?? otherLine(event, short);
}

/** A task that waits, or one of which nothing but small steps is known. */
function otherLine(event: EventFacts, { text, bold, most, size }: Markup): string {
  const waits = event.event_type === "task.retry.scheduled";
  const id = limitText(plainLine(textOf(event.task_id)), { most: 128, size: (id) => id.length });
  const head = `${waits ? "⏳" : "⚙️"} ${bold(text(`Task ${id} ${waits ? "waits" : "goes on"}`))}`;
  const said = plainLine(textOf(event.message));
  if (said === "") return head;
  return `${head} — ${limitText(said, { most: most - size(`${head} — `), size, render: text })}`;
}

/** The head and a line for each event, as many as fit, and the count of the others. */
function fitLines(head: string, events: readonly EventFacts[], markup: Markup): string {
  const { most, size } = markup;
  const countOf = (left: number) => left > 0 ? [`… and ${left} more`] : [];
  const lines = [head];
  let fitting = 1;
  let used = size(head);
  for (const [index, event] of events.entries()) {
    const line = lineOf(event, markup);
    used += size(`\n${line}`);
    if (used > most) break;
    lines.push(line);
    const count = countOf(events.length - index - 1).map((text) => size(`\n${text}`));
    if (used + (count[0] ?? 0) <= most) fitting = lines.length;
  }
  return [...lines.slice(0, fitting), ...countOf(events.length - fitting + 1)].join("\n");
}
