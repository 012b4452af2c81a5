/**
 * What no call may do, whatever it is given.
 *
 * @module
 */
import { commands } from "../../src/cli/commands.ts";
import type { Called } from "./fuzz_call.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { names } from "./fuzz_names.ts";
import { bytesOf, forbidden } from "./fuzz_texts.ts";
import { type FuzzFiles, root, stateFolder } from "./fuzz_world.ts";

/** Exit codes of the specification. */
const exitCodes = [0, 1, 2, 3, 4, 5, 130];

/** What betrays that nobody thought of this case. */
const traces =
  /\n\s+at (?:.* \()?(?:file|ext|node|https?):|\b(?:Type|Range|Reference|Syntax|Aggregate)Error\b|Uncaught|Cannot go on as|\[object |\bNaN\b|\bundefined\b|fuzz: /;

/** What a terminal would take for more than text. */
// deno-lint-ignore no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

/** What is wrong with what a call did, or null. */
export function faultOfCall(input: FuzzInput, called: Called): string | null {
  const { code, printed, files, before, trace } = called;
  return faultOfPrinted(input, code, printed) ?? faultOfFiles(input, code, files, before) ??
    faultOfSecrets(input, files, printed, trace.requests) ?? faultOfSpawns(input, trace.spawned);
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
  const ledger = withoutMark(before.get(names.ledger) ?? new Uint8Array());
  return faultOfQueue(before.get(names.queue), now(names.queue), ledger) ??
    faultOfEvents(before.get(names.events), now(names.events));
}

function withoutMark(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isSame(a: Uint8Array | null, b: Uint8Array): boolean {
  return a !== null && a.length === b.length && a.every((byte, index) => byte === b[index]);
}

/** Whether the gates of a task are those that the ledger has of its attempt. */
function isPutBack(ledger: string, id: unknown, task: unknown): boolean {
  if (!parses(ledger)) return false;
  const rules = JSON.parse(ledger)?.running?.[String(id)]?.rules;
  const { quality_gates: gates } = (task ?? {}) as { quality_gates?: unknown };
  return rules !== undefined && JSON.stringify(gates) === JSON.stringify(rules?.quality_gates);
}

/**
 * What a queue had stays in it: tasks, their order, other members, and fields nobody knows. What
 * judges a task is put back as the ledger has it.
 */
function faultOfQueue(
  old: Uint8Array | undefined,
  now: Uint8Array | null,
  ledger: string,
): string | null {
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
      if (key === "quality_gates" && isPutBack(ledger, Object(task).id, next)) continue;
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

/** Whether a task or a run is named after a secret: ids are names, in the ledger too. */
function hasSecretId({ files, args }: FuzzInput): boolean {
  const text = Object.values(files).join("\n");
  const given = args.filter((arg) => arg.startsWith("--run-id="));
  const ids = [...text.matchAll(/"(?:task_)?id":\s*("(?:[^"\\]|\\.)*")/g)].map(([, id = ""]) => id);
  return [...given, ...ids].some((id) => forbidden.some((form) => id.includes(form)));
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
