/**
 * Cases: the files of a repository, a command line, and what the world answers.
 *
 * @module
 */
import { commands } from "../../src/cli/commands.ts";
import { argumentsOf } from "./fuzz_arguments.ts";
import { documentOf, ids, type Json, spoilDocument, toText } from "./fuzz_documents.ts";
import { names, state } from "./fuzz_names.ts";
import { hostileText, longText, spoilText } from "./fuzz_texts.ts";
import { streamText } from "./fuzz_streams.ts";
import type { Choices } from "./random.ts";

/** One case: all that a call depends on. */
export interface FuzzInput {
  /** Files by their path below the repository. */
  files: Record<string, string>;
  args: string[];
  /** What servers answer: a status and a body. */
  answers: string[];
  /** What a command prints. */
  output: string;
  /** What a worker leaves in its result file. */
  report: string;
}

/** What is wrong in a case. */
export type FuzzSubject =
  | "queue"
  | "config"
  | "events"
  | "results"
  | "table"
  | "arguments"
  | "ledger"
  | "letters"
  | "worker";

/** Verbs by what they read. */
const verbsFor: Record<FuzzSubject, readonly string[]> = {
  queue: [
    ..."status show inbox retry cancel reply submit sync validate history diff logs".split(" "),
    ..."drain run clean restore accept land doctor".split(" "),
  ],
  config: "config status submit validate doctor watch drain digest notify clean".split(" "),
  events: "history digest watch validate status show inbox redrive".split(" "),
  results: "show inbox status diff logs validate history reply".split(" "),
  table: ["sync"],
  arguments: commands.map(({ name }) => name).filter((name) => name !== "demo"),
  ledger: "status drain doctor clean inbox watch validate retry cancel".split(" "),
  letters: "redrive watch status doctor".split(" "),
  worker: "drain run accept".split(" "),
};

/** A case about a subject. */
export function makeInput(choices: Choices, subject: FuzzSubject): FuzzInput {
  const wrong = (about: FuzzSubject) => about === subject;
  const files: Record<string, string> = {
    [names.config]: configText(choices, wrong("config")),
    [names.queue]: queueText(choices, wrong("queue"), wrong("worker")),
    [names.brief]: choices.below(3) === 0 ? hostileText(choices) : "# Brief\n\nDo it.\n",
  };
  if (wrong("events") || choices.below(2) === 0) {
    files[names.events] = eventsText(choices, wrong("events"));
  }
  if (wrong("ledger") || choices.below(4) === 0) files[names.ledger] = ledgerText(choices, subject);
  if (wrong("ledger") || wrong("events") && choices.below(2) === 0) {
    files[names.cursor] = spoiledJson(choices, documentOf(choices, "cursor"), wrong("ledger"));
  }
  if (wrong("table") || choices.below(4) === 0) {
    files[names.table] = tableText(choices, wrong("table"));
  }
  if (wrong("results") || choices.below(3) === 0) {
    for (const id of ids.slice(0, 1 + choices.below(3))) {
      const result = { ...documentOf(choices, "result"), task_id: id };
      files[`${state}/results/${id}.json`] = spoiledJson(choices, result, wrong("results"));
      files[`${state}/logs/${id}/1.log`] = streamText(choices);
    }
  }
  if (wrong("letters") || choices.below(8) === 0) {
    files[`${state}/dead_letter/${choices.one(["webhook", "slack", "discord", "ntfy"])}.ndjson`] =
      lettersText(choices, wrong("letters"));
  }
  const verb = choices.one(verbsFor[subject]);
  return {
    files,
    args: argumentsOf(choices, verb, wrong("arguments")),
    answers: Array.from({ length: 1 + choices.below(3) }, () => answerText(choices)),
    output: wrong("worker") || choices.below(4) === 0 ? streamText(choices) : "did it\n",
    report: wrong("worker") ? reportText(choices) : '{"summary":"did it"}',
  };
}

function spoiledJson(choices: Choices, document: Json, isWrong: boolean): string {
  const spoiled = isWrong ? spoilDocument(choices, document) : document;
  const text = toText(spoiled, choices.one([undefined, 2]));
  return isWrong && choices.below(5) === 0 ? spoilText(choices, text) : text;
}

/** Settings with which each sink is served, and secrets stand where they may. */
function configText(choices: Choices, isWrong: boolean): string {
  const settings = choices.below(isWrong ? 2 : 6) === 0 ? documentOf(choices, "config") : {};
  const macp = {
    worktree_base: "/r/w",
    base_ref: "main",
    retry_backoff_seconds: 0,
    ...(settings.macp as object ?? {}),
    webhook: {
      enabled: choices.below(2) === 0,
      url: "https://hooks.example.org/services/T0/B0/w3bh00k",
      auth_token: "c0nfig-Mark3r-0815",
      retry_count: choices.below(3),
    },
    slack: { enabled: choices.below(3) === 0, url: "https://hooks.slack.example/services/T/B/x" },
    discord: { enabled: choices.below(3) === 0, url: "https://discord.example/api/webhooks/1/x" },
    ntfy: { enabled: choices.below(3) === 0, url: "https://ntfy.example/t0pic" },
    exec: { enabled: choices.below(4) === 0, command: "cat" },
  };
  const own = isWrong && choices.below(2) === 0 ? settings : { ...settings, macp, enabled: true };
  const text = spoiledJson(choices, own as Json, isWrong);
  return choices.below(8) === 0
    ? `// comment ${hostileText(choices)}`.split("\n")[0] + `\n${text}`
    : text;
}

function queueText(choices: Choices, isWrong: boolean, toRun: boolean): string {
  const count = choices.below(5);
  const tasks = ids.slice(0, count).map((id) => taskOf(choices, id, toRun));
  const spoiled = isWrong ? tasks.map((task) => spoilDocument(choices, task, 2)) : tasks;
  const document: Json = choices.below(6) === 0
    ? spoiled
    : { ...(choices.below(3) === 0 ? { note: "kept", version: 7 } : {}), tasks: spoiled };
  const text = toText(
    isWrong && choices.below(6) === 0 ? spoilDocument(choices, document, 2) : document,
    choices.one([undefined, 2, 4]),
  );
  return isWrong && choices.below(6) === 0 ? spoilText(choices, text) : text;
}

function taskOf(choices: Choices, id: string, toRun: boolean): { [key: string]: Json } {
  const task: { [key: string]: Json } = { ...documentOf(choices, "task"), max_attempts: 2 };
  if (!toRun) return { ...task, id };
  const { dispatch: _, quality_gates: _gates, ...legacy } = task;
  const dispatch = choices.one(["exec", "exec", "yolo", null]);
  return {
    ...legacy,
    id,
    status: "pending",
    worktree: ".",
    command: "work",
    depends_on: [],
    title: choices.below(2) === 0 ? hostileText(choices) || "x" : "Task",
    not_before: null,
    ...(dispatch === null ? {} : { dispatch }),
    ...(dispatch === "yolo" ? { runtime: choices.one(["claude", "codex", "opencode"]) } : {}),
    ...(choices.below(2) === 0
      ? { quality_gates: [{ command: "check", type: choices.one(["mechanical", "ai-review"]) }] }
      : {}),
    ...(choices.below(4) === 0 ? { result_path: hostileText(choices) || "x.json" } : {}),
    ...(choices.below(4) === 0 ? { brief_path: hostileText(choices) || "x" } : {}),
  };
}

function eventsText(choices: Choices, isWrong: boolean): string {
  const lines = Array.from({ length: choices.below(8) }, () => {
    const event = { ...documentOf(choices, "event"), task_id: choices.one(ids) };
    const told = { ...event, metadata: { title: hostileText(choices), attempt: 1 } };
    return toText(isWrong ? spoilDocument(choices, told, 2) : told);
  });
  const text = lines.map((line) => `${line}\n`).join("");
  return isWrong && choices.below(4) === 0 ? spoilText(choices, text) : text;
}

function lettersText(choices: Choices, isWrong: boolean): string {
  const lines = Array.from({ length: 1 + choices.below(4) }, () => {
    const letter: Json = {
      dead_lettered_at: "2026-11-21T10:00:00.000Z",
      sink: "webhook",
      reason: choices.below(3) === 0 ? hostileText(choices) : "it answered 400",
      event: documentOf(choices, "event"),
    };
    return toText(isWrong ? spoilDocument(choices, letter, 2) : letter);
  });
  const text = lines.map((line) => `${line}\n`).join("");
  return isWrong && choices.below(4) === 0 ? spoilText(choices, text) : text;
}

/** Nothing runs: a ledger of attempts under way would speak of processes of this machine. */
function ledgerText(choices: Choices, subject: FuzzSubject): string {
  const document = documentOf(choices, "state");
  if (subject !== "ledger") {
    return toText({ ...document, controller: null, running: {}, outbox: [] });
  }
  return spoiledJson(choices, document, choices.below(3) > 0);
}

function tableText(choices: Choices, isWrong: boolean): string {
  const known = ["title", "description", "depends_on", "type", "dispatch", "command", "branch"];
  const columns = [
    "id",
    "status",
    ...choices.shuffled([...known, "pr", "issue", "runtime"])
      .slice(0, choices.below(7)),
  ];
  const words = [
    "not-started",
    "in-progress",
    "done",
    "blocked",
    "failed",
    "needs-qa",
    "—",
    "Done",
  ];
  const cell = (column: string, row: number): string => {
    if (isWrong && choices.below(8) === 0) return hostileText(choices);
    if (column === "id") return ids[row] ?? `row-${row}`;
    if (column === "status") return choices.one(words);
    if (column === "depends_on") return choices.one(["", "t1", "t1, t2", "—"]);
    if (column === "dispatch") return choices.one(["exec", "yolo", "", "—"]);
    if (column === "type") return choices.one(["coding", "research", ""]);
    return choices.one(["", "some words", "a \\| b", "`code`"]);
  };
  const rows = Array.from(
    { length: choices.below(6) },
    (_, row) => `| ${columns.map((column) => cell(column, row)).join(" | ")} |`,
  );
  const text = [
    "# Tasks",
    "",
    `| ${columns.join(" | ")} |`,
    `|${columns.map(() => choices.one(["---", ":-:", "-"])).join("|")}|`,
    ...rows,
    "",
    "The end.",
    "",
  ].join("\n");
  if (!isWrong || choices.below(3) > 0) return text;
  return choices.below(8) === 0 ? text + longText(choices) : spoilText(choices, text);
}

function reportText(choices: Choices): string {
  const report: Json = {
    summary: hostileText(choices),
    pr: choices.one([hostileText(choices), "https://example.org/pr/1", null]),
    status: choices.one(["escalated", "completed", hostileText(choices)]),
    escalation_reason: hostileText(choices),
    metadata: { [hostileText(choices)]: hostileText(choices) },
  };
  return spoiledJson(choices, report, true);
}

function answerText(choices: Choices): string {
  const status = choices.one([0, 200, 204, 302, 400, 401, 404, 410, 413, 422, 429, 500, 503]);
  const body = choices.below(2) === 0 ? hostileText(choices) : '{"ok":true,"retry_after":1.5}';
  return `${status} ${body}`;
}
