/**
 * The doorbell: an alert about a task that came to its end, for somebody who is away.
 * Its vocabulary is closed, so that no other state ever rings.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";

/**
 * Why the doorbell rings: the work landed; a person is needed; the attempts or the time
 * were used up.
 */
export type DoorbellKind = "done" | "needs-human" | "frozen";

/** What it is about: shown as `repo#number`. */
export interface Issue {
  /** Name of the repository, for example `infra`. */
  repo: string;
  /** Number of the issue, or the id of the task when there is none. */
  number: number | string;
}

/** An alert, ready for a sender to put into the form of its service. */
export interface Notification {
  kind: DoorbellKind;
  /** For example `infra#42`. */
  issue_ref: string;
  /** For example `[DONE] infra#42 landed`. */
  title: string;
  /** The detail, and in a line of its own `Thread: <link>` when there is one. */
  body: string;
  /** Where the conversation with the agent is, or null. */
  link: string | null;
  /** How loud: a success is quiet. */
  priority: "low" | "high";
  /** For routing. */
  tags: string[];
}

/** Where links lead. */
export interface DoorbellOptions {
  /** Address of the user interface that shows threads, for example `https://t3.example`. */
  baseUrl?: string | null | undefined;
}

const presentation: Record<
  DoorbellKind,
  Pick<Notification, "priority" | "tags"> & { marker: string; headline: string }
> = {
  "done": { marker: "[DONE]", headline: "landed", priority: "low", tags: ["afk", "done"] },
  "needs-human": {
    marker: "[NEEDS-HUMAN]",
    headline: "needs a human",
    priority: "high",
    tags: ["afk", "escalation", "needs-human"],
  },
  "frozen": {
    marker: "[FROZEN]",
    headline: "frozen — budget exhausted",
    priority: "high",
    tags: ["afk", "escalation", "frozen"],
  },
};

/** All kinds. */
export const doorbellKinds: readonly DoorbellKind[] = ["done", "needs-human", "frozen"];

/** Whether a word is one of the kinds. */
export function isDoorbellKind(kind: string): kind is DoorbellKind {
  return Object.hasOwn(presentation, kind);
}

/**
 * Builds the alert; pure. The detail is taken as it is: senders neutralise texts for their
 * service.
 *
 * @param kind One of `doorbellKinds`. Throws `MacpError` of kind usage for any other.
 * @param threadId Conversation with the agent, at most 512 characters; no link without it.
 * @param detail What to know, for example why a person is needed.
 *
 * @example
 * ```ts ignore
 * import { renderNotification } from "./render_notification.ts";
 * const issue = { repo: "infra", number: 42 };
 * renderNotification("done", issue, "t-1", "Merged.", { baseUrl: "https://t3.example/" });
 * // { title: "[DONE] infra#42 landed", link: "https://t3.example/?thread=t-1",
 * //   body: "Merged.\nThread: https://t3.example/?thread=t-1", … }
 * ```
 */
export function renderNotification(
  kind: string,
  issue: Issue,
  threadId: string | null,
  detail: string,
  { baseUrl = null }: DoorbellOptions = {},
): Notification {
  if (!isDoorbellKind(kind)) throw unknownKind(kind);
  const { marker, headline, priority, tags } = presentation[kind];
  const issueRef = `${issue.repo}#${issue.number}`;
  const link = deepLink(baseUrl, threadId);
  const lines = [detail, link === null ? "" : `Thread: ${link}`];
  return {
    kind,
    issue_ref: issueRef,
    title: `${marker} ${issueRef} ${headline}`,
    body: lines.filter((line) => line !== "").join("\n"),
    link,
    priority,
    tags: [...tags],
  };
}

/** Body of an alert without the line of its link. */
export function detailOf({ body, link }: Notification): string {
  const line = `Thread: ${link}`;
  if (link === null || !body.endsWith(line)) return body;
  return body.slice(0, -line.length).replace(/\n$/, "");
}

/**
 * Reads `repo#42` (or `owner/repo#42`, or `repo#TASK-001`). Throws `MacpError` of kind usage
 * for anything else.
 */
export function parseIssue(text: string): Issue {
  const [, repo, number] = /^([^\s#]+)#([^\s#]+)$/.exec(text.trim()) ?? [];
  if (repo && number) {
    return { repo, number: /^[1-9]\d{0,14}$/.test(number) ? Number(number) : number };
  }
  throw new MacpError("usage", `Cannot read an issue as it is not of the form repo#42: ${text}`, {
    code: "doorbell_issue",
    hints: ["Give the repository and the number, for example infra#42"],
  });
}

function unknownKind(kind: string): MacpError {
  const known = doorbellKinds.join(", ");
  return new MacpError(
    "usage",
    `Cannot ring the doorbell as its kind is none of ${known}: ${kind}`,
    { code: "doorbell_kind", hints: [`Use one of ${known}`] },
  );
}

/** Longest id of a thread, in UTF-16 units: what is longer is none, and would fill messages. */
const mostOfThread = 512;

/** Link to a thread, or null without a thread or a base URL. */
function deepLink(baseUrl: string | null, threadId: string | null): string | null {
  const base = baseUrl?.trim().replace(/\/+$/, "");
  if (!base || !threadId || threadId.length > mostOfThread) return null;
  return `${base}/?thread=${queryValue(threadId)}`;
}

/** A value inside a query; what means nothing there stays readable. */
function queryValue(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll(/%(?:3A|2F|40|2C)/g, (code) => decodeURIComponent(code));
}
