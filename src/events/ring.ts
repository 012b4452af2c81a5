/**
 * What the doorbell says of an event.
 *
 * @module
 */
import { type DoneOn, doorbellKind } from "./doorbell_kind.ts";
import { type EventFacts, metadataOf, textOf } from "./format_event.ts";
import { charactersOf, limitText } from "./limit_text.ts";
import { plainLine } from "./plain_text.ts";
import type { DoorbellKind, Issue } from "./render_notification.ts";

/** The arguments of `renderNotification` and of `Notifier.notify`. */
export interface Ring {
  kind: DoorbellKind;
  issue: Issue;
  threadId: string | null;
  detail: string;
}

/** What the event does not tell. */
export interface RingOptions {
  /** Name of the repository, for tasks whose metadata name none. */
  repository: string;
  /** `doorbell.done_on`. */
  doneOn?: DoneOn;
  /** How many earlier events of the task this ring stands for too. */
  earlier?: number;
}

/** Longest name and longest title, in UTF-16 units: what happened needs its place too. */
const mostOfName = 100;
const mostOfTitle = 200;

/**
 * What an event rings, or null when it does not. The reference is `repo` and `issue` of the
 * metadata (`42`, `#42`, `repo#42` or the address of an issue), without an issue the
 * repository and the task; the detail names task, title and message, on one line.
 */
export function ringOf(
  event: EventFacts,
  { repository, doneOn = "landed", earlier = 0 }: RingOptions,
): Ring | null {
  const kind = doorbellKind(event, doneOn);
  if (kind === null) return null;
  const about = metadataOf(event);
  const id = name(event.task_id);
  const issue = issueOf(about, { repo: name(about.repo) || name(repository), number: id });
  const title = limitText(plainLine(textOf(about.title)), {
    most: mostOfTitle,
    size: charactersOf,
  });
  const said = [title, plainLine(textOf(event.message))].filter((part) => part !== "").join(" — ");
  const task = issue.number === id ? "" : id;
  const count = earlier > 0 ? ` (+${earlier} earlier)` : "";
  return {
    kind,
    issue,
    threadId: textOf(about.thread_id) || null,
    detail: `${[task, said].filter((part) => part !== "").join(": ")}${count}`,
  };
}

/** The issue that the metadata name, or the task. */
function issueOf({ issue }: Record<string, unknown>, task: Issue): Issue {
  const text = name(Number.isSafeInteger(issue) ? String(issue) : issue);
  const address = /^https?:\/\/\S+\/(?:issues|pull|merge_requests)\/(\d+)\b/.exec(text);
  if (address) return { repo: task.repo, number: numberOf(address[1] ?? "") };
  const [, repo = "", number = ""] = /^([^#]*?)#?([^#]+)$/.exec(text.replace(/^#+/, "#")) ?? [];
  if (text.includes("#")) {
    return number ? { repo: repo || task.repo, number: numberOf(number) } : task;
  }
  return text === "" ? task : { repo: task.repo, number: numberOf(text) };
}

function numberOf(text: string): number | string {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : text;
}

/** A short name without spaces; empty when the value is no text. */
function name(value: unknown): string {
  const text = plainLine(textOf(value)).replaceAll(" ", "-");
  return limitText(text, { most: mostOfName, size: charactersOf });
}
