/**
 * Cases that call the program with files and arguments that are wrong somewhere, and what must
 * hold of each.
 *
 * @module
 */
import process from "node:process";
import { type CommandSpec } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { runCli } from "../../src/cli/main.ts";
import { globalOptions } from "../../src/cli/parse_arguments.ts";
import type { HttpRequest } from "../../src/sys/http.ts";
import { documentOf, ids, type Json, spoilDocument, toText } from "./fuzz_documents.ts";
import { bytesOf, forbidden, hostileText, longText, planted, spoilText } from "./fuzz_texts.ts";
import { FuzzFiles, fuzzWorld, root, stateFolder, type WorldTrace } from "./fuzz_world.ts";
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

const state = ".mosaic/orchestrator";
const names = {
  queue: `${state}/tasks.json`,
  config: `${state}/config.json`,
  ledger: `${state}/state.json`,
  events: `${state}/events.ndjson`,
  cursor: `${state}/event_cursor.json`,
  table: "docs/TASKS.md",
  brief: "docs/brief.md",
} as const;

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

/** Arguments for a verb; hostile ones where they are what is tried. */
function argumentsOf(choices: Choices, verb: string, isWrong: boolean): string[] {
  const spec = commands.find(({ name }) => name === verb);
  if (!spec) return [verb];
  const args = [verb, ...positional(choices, spec, isWrong)];
  const required = verb === "submit"
    ? ["--task-id", choices.one(["new-1", ...ids]), "--title", hostileText(choices) || "x"]
    : verb === "notify"
    ? ["--issue", "infra#42", "--detail", hostileText(choices) || "x"]
    : [];
  // A worker that may say what it likes is not tried here.
  if (verb === "submit" && choices.below(2) === 0) required.push("--command", "true");
  if (verb === "watch" || verb === "run") required.push("--once");
  const options = [...spec.options, ...globalOptions].filter(({ name }) =>
    name !== "watch" && (!["help", "follow", "repo"].includes(name) || isWrong)
  );
  for (let count = choices.below(isWrong ? 5 : 3); count > 0; count--) {
    const option = choices.one(options);
    const value = valueFor(choices, option, isWrong);
    if (option.name === "set" && !isWrong) continue;
    required.push(
      ...(option.kind === "flag" ? [`--${option.name}`] : [`--${option.name}=${value}`]),
    );
  }
  if (verb === "sync" && !isWrong) {
    required.push(...choices.one([["--apply"], ["--apply"], ["--write-back"], [], ["--dry-run"]]));
  }
  if (choices.below(3) === 0) required.push("--json");
  args.push(...required);
  if (!isWrong) return args;
  for (let count = choices.below(3); count > 0; count--) {
    const at = choices.below(args.length + 1);
    args.splice(at, choices.below(2), hostileText(choices));
  }
  if (choices.below(12) === 0) args[0] = spoilText(choices, verb);
  // NUL can be no part of an argument, and what is not UTF-8 does not reach the program.
  return args.map((arg) => arg.replaceAll("\0", "").replaceAll(/[\uf780-\uf7ff]/g, "?"))
    .map((arg) => arg.toWellFormed().replaceAll("__PROTO__", "__proto__"));
}

function positional(choices: Choices, spec: CommandSpec, isWrong: boolean): string[] {
  if (spec.positional === undefined) return [];
  if (isWrong && choices.below(3) === 0) return [hostileText(choices)];
  const kinds: Record<string, readonly string[]> = {
    SINK: ["webhook", "slack", "discord", "ntfy", "exec", "stdout"],
    KIND: ["done", "needs-human", "frozen"],
    "[KEY]": ["macp.base_ref", "macp", "enabled"],
    "[FILE…]": [names.queue, names.config, names.events],
  };
  const first = kinds[spec.positional];
  if (first) {
    return spec.positional.startsWith("[") && choices.below(2) === 0 ? [] : [choices.one(first)];
  }
  const reply = spec.name === "reply" ? [hostileText(choices) || "yes"] : [];
  return [choices.one(ids), ...reply];
}

function valueFor(
  choices: Choices,
  option: CommandSpec["options"][number],
  isWrong: boolean,
): string {
  if (isWrong && choices.below(2) === 0) {
    if (option.name !== "set") return hostileText(choices);
    const key = choices.one(["macp.base_ref", "macp.jobs", "enabled", "__proto__.x", "macp"]);
    return `${key}=${hostileText(choices)}`;
  }
  if (option.choices) return choices.one(option.choices);
  if (option.kind === "number") return choices.one(["1", "2", "0", "0.5"]);
  const fitting: Record<string, readonly string[]> = {
    since: ["24h", "30m", "2026-11-01T00:00:00Z"],
    docs: [names.table],
    brief: [names.brief],
    "depends-on": ["t1", "t1,t2"],
    type: ["task.failed"],
    metadata: ['{"a":1}'],
    attempt: ["1"],
    "task-id": ids,
    set: ["macp.base_ref=main"],
    repo: [root],
  };
  return choices.one(fitting[option.name] ?? ["x"]);
}

/** Exit codes of the specification. */
const exitCodes = [0, 1, 2, 3, 4, 5, 130];

/** What betrays that nobody thought of this case. */
const traces =
  /\n\s+at (?:.* \()?(?:file|ext|node|https?):|\b(?:Type|Range|Reference|Syntax|Aggregate)Error\b|Uncaught|Cannot go on as|\[object |\bNaN\b|\bundefined\b|fuzz: /;

/** What a terminal would take for more than text. */
// deno-lint-ignore no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** What may differ for the call of a case. */
export interface CallPlan {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Told of each request before it is answered. */
  onRequest?: (request: HttpRequest, files: FuzzFiles) => void;
}

/** A call that came to its end. */
export interface Called {
  code: number;
  printed: { stdout: string; stderr: string };
  files: FuzzFiles;
  /** Files of the case as they were, by their path below the repository. */
  before: ReadonlyMap<string, Uint8Array>;
  trace: WorldTrace;
}

/** Calls the program with a case; what is wrong with what it did, or null. */
export async function tryInput(input: FuzzInput): Promise<string | null> {
  const called = await callProgram(input);
  return typeof called === "string" ? called : faultOfCall(input, called);
}

/** Calls the program with a case; what it did, or why that was no proper end. */
export async function callProgram(
  input: FuzzInput,
  { env = {}, onRequest }: CallPlan = {},
): Promise<Called | string> {
  const files = filesOf(input);
  const before = new Map(
    Object.keys(input.files).map((name) => [name, files.readBytes(`${root}/${name}`)]),
  );
  const { world, trace, terminal, printed, hung } = fuzzWorld({
    files,
    env: { HOME: "/home", PATH: "/bin", DEPLOY_TOKEN: planted.DEPLOY_TOKEN, ...env },
    answers: input.answers.map((answer) => {
      const [, status = "0", text = ""] = /^(\d*) ?(.*)$/s.exec(answer) ?? [];
      return { status: Number(status), headers: {}, text };
    }),
    command: {
      output: input.output,
      code: input.output.length % 3 === 0 ? 1 : 0,
      report: input.report,
    },
    onRequest: (request) => onRequest?.(request, files),
  });
  let code: number;
  const begun = busyMs();
  try {
    code = await Promise.race([runCli(world, terminal, input.args), hung]);
  } catch (error) {
    return `it throws ${error instanceof Error ? error.stack : error}`;
  }
  const took = busyMs() - begun;
  if (took > slowMs) return `it takes ${Math.round(took)} ms`;
  return { code, printed, files, before, trace };
}

/** The files of a case, none of them touched. */
export function filesOf(input: FuzzInput): FuzzFiles {
  const files = new FuzzFiles();
  files.makeFolder(`${root}/.git`);
  files.makeFolder(stateFolder);
  files.makeFolder("/home");
  for (const [name, text] of Object.entries(input.files)) {
    files.put(`${root}/${name}`, bytesOf(text));
  }
  files.touched.clear();
  return files;
}

/** What is wrong with what a call did, or null. */
export function faultOfCall(input: FuzzInput, called: Called): string | null {
  const { code, printed, files, before, trace } = called;
  return faultOfPrinted(input, code, printed) ?? faultOfFiles(input, code, files, before) ??
    faultOfSecrets(input, files, printed, trace.requests) ?? faultOfSpawns(input, trace.spawned);
}

/** Milliseconds that no call may be busy for. */
export const slowMs = 2000;

/** Milliseconds that this thread was busy; others may be busy too, and do not count. */
export function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function faultOfPrinted(
  { args }: FuzzInput,
  code: number,
  { stdout, stderr }: { stdout: string; stderr: string },
): string | null {
  const shown = (text: string) => JSON.stringify(text.length > 600 ? `…${text.slice(-600)}` : text);
  if (!exitCodes.includes(code)) return `it exits ${code}: ${shown(stderr)}`;
  const verb = args.find((arg) => commands.some(({ name }) => name === arg)) ?? "";
  const isJson = args.includes("--json") && !args.includes("--");
  const trail = traces.exec(stderr) ?? (verb === "logs" ? null : traces.exec(stdout));
  if (trail) return `it prints "${trail[0].trim()}": ${shown(stderr)} ${shown(stdout)}`;
  // What is printed for programs is the text as it is.
  const isData = ["logs", "diff"].includes(verb) || args.join(" ").includes("--format text");
  const plain = stderr + (isData ? "" : stdout);
  const isColored = args.some((arg) => arg.includes("color"));
  const control = isColored ? null : controls.exec(plain);
  if (control) {
    const at = plain.slice(Math.max(0, control.index - 60), control.index + 60);
    return `it prints a control character: ${JSON.stringify(at)}`;
  }
  const isQuiet = args.some((arg) => arg === "--quiet" || /^-[a-z]*q/.test(arg));
  if (code !== 0 && code !== 130 && !isQuiet && stderr === "" && stdout === "") {
    return `it exits ${code} and is silent`;
  }
  if (!isJson || /^(help|version|-)/.test(args[0] ?? "") || args.some(isHelp)) return null;
  // There standard output is the sink itself.
  if (verb === "redrive" && args.includes("stdout")) return null;
  const isStream = ["watch", "run", "drain", "logs", "accept", "land"].includes(verb) ||
    args.includes("--follow");
  if (isStream && parses(stdout)) return null;
  const documents = isStream ? stdout.split("\n").filter((line) => line !== "") : [stdout];
  // An error comes on standard error, and nothing needs to be on standard output.
  const fault = documents.filter((text) => text !== "" || code === 0).find((text) => !parses(text));
  if (fault !== undefined && !(isStream && stdout === "")) return `no JSON: ${shown(fault)}`;
  return null;
}

function isHelp(arg: string): boolean {
  return arg === "--help" || /^-[a-z]*h/.test(arg);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Files that a verb may write, besides its own state. */
function mayWrite(path: string, verb: string, input: FuzzInput): boolean {
  if (path.startsWith(`${stateFolder}/`)) {
    const name = path.slice(stateFolder.length + 1);
    return name !== "config.json" || verb === "init";
  }
  if (verb === "init") return path.startsWith(`${root}/.mosaic`);
  if (/^\/(?:r|home)\/w(?:\/|$)/.test(path)) return true;
  // A person may have worktrees wherever they say, and so the files of delegations.
  const config = input.files[names.config] ?? "";
  if (verb === "delegate" && /"(?:handoff_dir|log_dir)":/.test(config)) return true;
  const said = /"worktree_base":\s*"([^"]*)"/.exec(config)?.[1];
  if (said !== undefined && !["/r/w", "~/w/{repo}"].includes(said)) return true;
  return verb === "sync" && input.args.includes("--write-back") &&
    path.startsWith(`${root}/`) && !path.startsWith(`${root}/.git`) &&
    /\.md(\.|$)/.test(path);
}

/** Verbs that change nothing that a person made or that a run relies on. */
const readers = [
  "status",
  "show",
  "inbox",
  "history",
  "diff",
  "logs",
  "validate",
  "config",
  "help",
];

function faultOfFiles(
  input: FuzzInput,
  code: number,
  files: FuzzFiles,
  before: ReadonlyMap<string, Uint8Array>,
): string | null {
  const verb = input.args.find((arg) => commands.some(({ name }) => name === arg)) ?? "";
  const now = (name: string) =>
    files.stat(`${root}/${name}`) === null ? null : files.readBytes(`${root}/${name}`);
  for (const path of files.touched) {
    if (!mayWrite(path, verb, input)) return `it writes ${path}`;
  }
  const changed = [...before].filter(([name, bytes]) => !isSame(now(name), bytes));
  const changedNames = changed.map(([name]) => name);
  const isDry = input.args.includes("--dry-run") && verb !== "sync";
  if ((readers.includes(verb) || isDry) && files.touched.size > 0) {
    return `it writes ${[...files.touched].join(", ")}, and only had to read`;
  }
  // What a crash left is made good first, and told.
  const isCrashed = /"(outbox|running)":\s*[{[]\s*[{"]/.test(input.files[names.ledger] ?? "");
  if (code === 2 && changed.length > 0 && !isCrashed) {
    return `it exits 2 and changes ${changedNames}`;
  }
  for (const name of [names.queue, names.ledger, names.cursor]) {
    const bytes = now(name);
    if (bytes === null) {
      if (before.has(name)) return `${name} is gone`;
      continue;
    }
    const old = before.get(name);
    if (old && isSame(bytes, old)) continue;
    if (old && !parses(withoutMark(old)) && name !== names.cursor) {
      return `${name} did not parse and was replaced`;
    }
    if (!parses(withoutMark(bytes))) return `${name} does not parse any more`;
  }
  return faultOfQueue(before.get(names.queue), now(names.queue)) ??
    faultOfEvents(before.get(names.events), now(names.events));
}

function withoutMark(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** What a queue had stays in it: tasks, their order, other members, and fields nobody knows. */
function faultOfQueue(old: Uint8Array | undefined, now: Uint8Array | null): string | null {
  if (!old || !now || isSame(now, old)) return null;
  const [was, is] = [old, now].map((bytes) => JSON.parse(withoutMark(bytes)));
  const tasksOf = (document: { tasks: unknown[] } | unknown[]) =>
    Array.isArray(document) ? document : document.tasks;
  if (Array.isArray(was) !== Array.isArray(is)) return "the queue has another form";
  if (!Array.isArray(was)) {
    const others = (document: Record<string, unknown>) => JSON.stringify({ ...document, tasks: 0 });
    if (others(was) !== others(is)) return "other members of the queue changed";
  }
  const known =
    /^(status|attempts|last_attempt|not_before|outcome|reason|cancel_requested|replies|pr|title|description|type|dispatch|runtime|command|branch|issue|depends_on|metadata|last_hold)$/;
  for (const [index, task] of tasksOf(was).entries()) {
    const next = tasksOf(is)[index];
    if (task === null || typeof task !== "object" || Array.isArray(task)) {
      if (JSON.stringify(next) !== JSON.stringify(task)) return `element ${index} changed`;
      continue;
    }
    for (const [key, value] of Object.entries(task)) {
      if (known.test(key)) continue;
      if (
        JSON.stringify((next as Record<string, unknown> | undefined)?.[key]) !==
          JSON.stringify(value)
      ) {
        return `field ${key} of task ${index} changed`;
      }
    }
  }
  return null;
}

/** What stood in the event file stands there; what was added are whole lines that parse. */
function faultOfEvents(old: Uint8Array | undefined, now: Uint8Array | null): string | null {
  if (!now) return old && old.length > 0 ? "the event file is gone" : null;
  const was = old ?? new Uint8Array();
  if (!isSame(now.subarray(0, was.length), was)) return "the beginning of the event file changed";
  const added = new TextDecoder().decode(now.subarray(was.length));
  if (added === "") return null;
  if (!added.endsWith("\n")) return `an event was added without its line end: ${added}`;
  const bad = added.split("\n").filter((line) => line !== "").find((line) => !parses(line));
  return bad === undefined ? null : `an added event does not parse: ${bad}`;
}

/** No secret that was planted is in what was printed, sent or written. */
function faultOfSecrets(
  input: FuzzInput,
  files: FuzzFiles,
  printed: { stdout: string; stderr: string },
  requests: readonly { body: string | null; url: URL; headers: Readonly<Record<string, string>> }[],
): string | null {
  if (hasSecretId(input)) return null;
  const found = (what: string, text: string) => {
    const secret = forbidden.find((form) => text.includes(form));
    if (secret === undefined) return null;
    const at = text.indexOf(secret);
    return `${what} holds a secret: ${JSON.stringify(text.slice(Math.max(0, at - 80), at + 80))}`;
  };
  const fault = found("standard output", printed.stdout) ?? found("standard error", printed.stderr);
  if (fault) return fault;
  for (const { body, url, headers } of requests) {
    // Where a person put a secret into an address or a header it has to go there.
    const isOwn = forbidden.some((form) => (input.files[names.config] ?? "").includes(form));
    const sent = found("a request", `${body}${isOwn ? "" : url.href + JSON.stringify(headers)}`);
    if (sent) return sent;
  }
  for (const path of files.written) {
    if (files.stat(path)?.kind !== "file" || isOwnText(path, input)) continue;
    const bytes = files.readBytes(path);
    const was = bytesOf(input.files[path.slice(root.length + 1)] ?? "");
    // What stood there before is not rewritten; an id is a name, whatever it is made of.
    const isContinued = isSame(bytes.subarray(0, was.length), was);
    const old = new Set(new TextDecoder().decode(was).split("\n"));
    const text = new TextDecoder().decode(isContinued ? bytes.subarray(was.length) : bytes)
      .split("\n").filter((line) => !old.has(line)).join("\n").replaceAll(
        /"task_id":\s*"(?:[^"\\]|\\.)*"/g,
        "",
      );
    // Members that nobody knows are kept as they stood there.
    const keeps = path.includes("/dead_letter/") || /\/(?:state|event_cursor)\.json$/.test(path);
    // An event that the ledger still had to tell was made safe when it was put there.
    const ledger = input.files[names.ledger] ?? "";
    if (path.endsWith("/events.ndjson") && found("", ledger) !== null) continue;
    if (keeps && found("", new TextDecoder().decode(was)) !== null) continue;
    const written = found(path, text);
    if (written) return written;
  }
  return null;
}

/** Whether a task is named after a secret: ids are names, in the ledger too. */
function hasSecretId({ files }: FuzzInput): boolean {
  const text = Object.values(files).join("\n");
  return [...text.matchAll(/"(?:task_)?id":\s*("(?:[^"\\]|\\.)*")/g)]
    .some(([, id = ""]) => forbidden.some((form) => id.includes(form)));
}

/** Files that hold what a person wrote: the queue, a table, the task and the brief of a worker. */
function isOwnText(path: string, input: FuzzInput): boolean {
  if (path === `${root}/${names.queue}` || path.startsWith(`${stateFolder}/tasks.json`)) {
    return true;
  }
  if (/\.md(\.[\w-]+)?(\.tmp)?$/.test(path)) return true;
  if (path.startsWith(`${stateFolder}/attempts/`) || path.startsWith(`${stateFolder}/handover/`)) {
    return true;
  }
  // A copy of what an agent left, byte by byte.
  if (path.startsWith(`${stateFolder}/handoffs/`) && path.endsWith(".prev.json")) return true;
  return path === `${root}/${input.args.at(-1)}`;
}

/** No text became an option of git, or a command that nobody configured. */
function faultOfSpawns(
  input: FuzzInput,
  spawned: readonly { command: string; args: readonly string[] }[],
): string | null {
  for (const { command, args } of spawned) {
    if (/(^|\/)git$/.test(command)) {
      const end = args.indexOf("--");
      const bad = args.slice(0, end < 0 ? undefined : end)
        .find((arg) => /^--(output=CANARY|upload-pack=touch)/.test(arg));
      if (bad) return `git is called with an option that a text gave: ${args.join(" ")}`;
      continue;
    }
    const script = args.join(" ");
    if (!/touch(\s|\$\{IFS\})CANARY/.test(script)) continue;
    // A command of the configuration, the queue or a flag is what a person wants to run.
    const own = [input.files[names.config], input.files[names.queue], ...input.args].join("\n");
    if (!isConfigured(own, script)) return `a text became a command: ${script}`;
  }
  return null;
}

function isConfigured(text: string, script: string): boolean {
  const commands = [
    ...text.matchAll(/"(?:command|command_template|setup)":\s*("(?:[^"\\]|\\.)*")/g),
  ]
    .map(([, literal = '""']) => JSON.parse(literal) as string);
  const gates = [...text.matchAll(/"quality_gates":\s*\[([^\]]*)\]/g)].map(([, list = ""]) => list);
  return commands.some((command) => command !== "" && script.includes(command)) ||
    gates.some((list) => /CANARY/.test(list));
}
