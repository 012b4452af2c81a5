/**
 * What workers and gates print and leave, wrong somewhere, and what must hold of how it is read.
 *
 * @module
 */
import { readWorkerReport } from "../../src/dispatcher/worker_report.ts";
import { collectResult, nothingSeen } from "../../src/dispatcher/collect_result.ts";
import { parseFindings } from "../../src/gates/findings.ts";
import { TestRunDetector } from "../../src/gates/test_run_detector.ts";
import { AttemptLog } from "../../src/logs/attempt_log.ts";
import { createTextCleaner } from "../../src/logs/text_cleaner.ts";
import type { Task } from "../../src/protocol/generated/types.ts";
import { validateResult } from "../../src/protocol/generated/validators.js";
import { describeFault, faultsOf } from "../../src/protocol/validation.ts";
import { redactResult } from "../../src/redaction/redact_formats.ts";
import { createRedactor } from "../../src/redaction/redactor.ts";
import { MeaningfulOutput } from "../../src/runtimes/meaningful_output.ts";
import { findPrompt } from "../../src/runtimes/prompts.ts";
import { resolveRuntime } from "../../src/runtimes/runtime_table.ts";
import { readScreen } from "../../src/runtimes/screen.ts";
import { StreamReader } from "../../src/runtimes/stream_reader.ts";
import { findUsageLimit } from "../../src/runtimes/usage_limit.ts";
import { busyMs, slowMs } from "./fuzz_call.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { type Json, spoilDocument, toText } from "./fuzz_documents.ts";
import { bytesOf, forbidden, hostileText, longText, planted, spoilText } from "./fuzz_texts.ts";
import { FuzzFiles } from "./fuzz_world.ts";
import { Choices } from "./random.ts";

/** Lines of agents, one event each. */
const events: readonly Json[] = [
  { type: "system", subtype: "init", session_id: "s-1", tools: ["Bash"] },
  {
    type: "assistant",
    message: {
      content: [
        { type: "text", text: "I look" },
        { type: "tool_use", name: "Bash", input: { command: "npm test" } },
      ],
      usage: { input_tokens: 3, output_tokens: 1 },
    },
    session_id: "s-1",
  },
  {
    type: "result",
    subtype: "success",
    is_error: false,
    num_turns: 4,
    result: "Done.",
    total_cost_usd: 0.04,
    usage: { input_tokens: 1200, output_tokens: 30, cache_read_input_tokens: 5 },
  },
  { type: "result", subtype: "error_during_execution", is_error: true, errors: ["x"] },
  { type: "thread.started", thread_id: "th-1" },
  { type: "turn.completed", usage: { input_tokens: 1, cached_input_tokens: 1, output_tokens: 2 } },
  { type: "turn.failed", error: { message: "You've hit your usage limit. Try again at 3pm." } },
  { type: "item.completed", item: { type: "agent_message", text: "It is done" } },
  { type: "item.started", item: { type: "command_execution", command: "ls" } },
  { type: "error", message: "stream disconnected" },
  { type: "text", sessionID: "ses_1", part: { type: "text", text: "words" } },
  { type: "step_finish", part: { tokens: { input: 1, output: 2 }, cost: 0.01 } },
];

/** Screens and messages of agents. */
const screens: readonly string[] = [
  "Do you trust the files in this folder?\n❯ 1. Yes, proceed\n  2. No, exit\n",
  "Claude usage limit reached|1795266000\n",
  "You've hit your limit · resets 3pm (Europe/Berlin)\n",
  "You've hit your usage limit. Try again in 2 hours 13 minutes.\n",
  "\u001b[2J\u001b[H\u001b[1;32m✻ Thinking… (12s · esc to interrupt)\u001b[0m\r",
  "Press Enter to continue…",
  "10%\r20%\r100%\n",
  "Overwrite? [y/N] ",
  '{"findings":[{"severity":"high","title":"x"}]}\n',
  "```json\n[]\n```\n",
];

const fixtures: string[] = [];

/** What known test runners print. */
function runnerTexts(): string[] {
  if (fixtures.length > 0) return fixtures;
  const folder = new URL("../fixtures/runners/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  fixtures.push(...names.map((name) => Deno.readTextFileSync(new URL(name, folder))));
  return fixtures;
}

/** What a worker or a gate might print. */
export function streamText(choices: Choices): string {
  const piece = () => {
    switch (choices.below(8)) {
      case 0:
      case 1:
      case 2:
        return `${toText(spoilDocument(choices, choices.one(events), 2))}\n`;
      case 3:
        return choices.one(screens);
      case 4:
        return choices.one(runnerTexts());
      case 5:
        return choices.below(6) === 0 ? longText(choices) : `${hostileText(choices)}\n`;
      default:
        return `${hostileText(choices)}${choices.one(["\n", "\r\n", "\r", "", "\u001b[K"])}`;
    }
  };
  const text = Array.from({ length: choices.below(6) }, piece).join("");
  return choices.below(4) === 0 ? spoilText(choices, text) : text;
}

/** A case about output; the seed in its arguments decides where it is cut. */
export function makeOutput(choices: Choices): FuzzInput {
  return {
    files: {},
    args: [choices.one(["claude", "codex", "opencode"]), String(choices.below(1e9))],
    answers: [],
    output: streamText(choices),
    report: choices.below(2) === 0 ? streamText(choices) : toText(
      spoilDocument(choices, {
        summary: "did it",
        pr: "#1",
        status: "escalated",
        escalation_reason: "which?",
        metadata: { a: "b" },
      }, 4),
    ),
  };
}

/** Reads output in every way in which it is read; what is wrong with it, or null. */
export function tryOutput({ args: [name = "", seed], output, report }: FuzzInput): string | null {
  const bytes = bytesOf(output);
  const chunks = cut(bytes, new Choices(Number(seed)));
  const begun = busyMs();
  try {
    const fault = faultOfStream(name, bytes, chunks) ?? faultOfText(bytes, chunks) ??
      faultOfScreen(name, output) ?? faultOfLog(chunks) ?? faultOfReport(report);
    if (fault) return fault;
  } catch (error) {
    return `it throws ${error instanceof Error ? error.stack : error}`;
  }
  const took = busyMs() - begun;
  return took > slowMs ? `it takes ${Math.round(took)} ms` : null;
}

function cut(bytes: Uint8Array, choices: Choices): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const longest = choices.one([1, 3, 20, 500, 5000]);
  const least = bytes.length > 5000 ? 50 : 0;
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + least + choices.below(longest);
    chunks.push(bytes.slice(at, end));
    at = end;
  }
  return chunks;
}

function faultOfStream(name: string, whole: Uint8Array, chunks: Uint8Array[]): string | null {
  const read = (pieces: Uint8Array[]) => {
    const reader = new StreamReader(resolveRuntime(name, { [name]: {} }));
    const progress = pieces.flatMap((piece) => reader.push(piece));
    return JSON.stringify({ ...reader.end(), progress });
  };
  const [once, cutUp] = [read([whole]), read(chunks)];
  if (once === cutUp) return null;
  return `a stream says ${once} at once and ${cutUp} in pieces`;
}

// deno-lint-ignore no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/;

function faultOfText(whole: Uint8Array, chunks: Uint8Array[]): string | null {
  const clean = (pieces: Uint8Array[]) => {
    const cleaner = createTextCleaner();
    // A mark that begins a chunk shows as little as one that does not.
    return (pieces.map((piece) => cleaner.push(piece)).join("") + cleaner.end())
      .replaceAll("\ufeff", "");
  };
  const text = clean([whole]);
  const other = clean(chunks);
  // A line that grows long is given out before what overwrites it is known.
  const hasLong = /[^\n]{4000}/.test(new TextDecoder().decode(whole));
  if (text !== other && !hasLong) {
    return `text is ${short(text)} at once and ${short(other)} in pieces`;
  }
  if (controls.test(text)) return `text holds a control character: ${short(text)}`;
  const ran = (pieces: string[]) => {
    const detector = new TestRunDetector();
    for (const piece of pieces) detector.push(piece);
    return JSON.stringify(detector.end());
  };
  const cleaner = createTextCleaner();
  const pieces = [...chunks.map((chunk) => cleaner.push(chunk)), cleaner.end()];
  const [once, cutUp] = [ran([text]), ran(pieces)];
  if (once !== cutUp && !hasLong) return `tests are ${once} at once and ${cutUp} in pieces`;
  parseFindings(text);
  return null;
}

function faultOfScreen(name: string, output: string): string | null {
  const runtime = resolveRuntime(name, { [name]: {} });
  const lines = readScreen(output, { rows: 40, columns: 120 });
  const text = lines.join("\n");
  if (controls.test(text)) return `a screen holds a control character: ${short(text)}`;
  findPrompt(text, runtime.prompts);
  const about = { patterns: runtime.limits, now: Date.UTC(2026, 10, 21), localTimeZone: "UTC" };
  for (const said of [output, text]) {
    const limit = findUsageLimit(said, about);
    if (
      limit?.until !== undefined && limit?.until !== null &&
      Number.isNaN(new Date(limit.until).getTime())
    ) {
      return `a usage limit ends at no time: ${limit.until}`;
    }
  }
  const meaningful = new MeaningfulOutput();
  meaningful.push(bytesOf(output));
  return null;
}

const secrets = [{ name: "DEPLOY_TOKEN", value: planted.DEPLOY_TOKEN }];

function faultOfLog(chunks: Uint8Array[]): string | null {
  const files = new FuzzFiles();
  const redactor = createRedactor(secrets);
  const maxBytes = 4096;
  const log = new AttemptLog({ files, folder: "/l", name: "t1", attempt: 1, maxBytes, redactor });
  let tails = "";
  log.section("worker");
  for (const chunk of chunks) {
    log.write(chunk);
    if (tails.length < 20_000) tails += log.tail(20, 2000);
  }
  log.end();
  const bytes = files.readBytes(log.path);
  if (bytes.length > maxBytes + 512) return `a log of ${maxBytes} bytes has ${bytes.length}`;
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  if (controls.test(text)) return `a log holds a control character: ${short(text)}`;
  const secret = forbidden.find((form) => text.includes(form) || tails.includes(form));
  return secret === undefined ? null : `a log or its tail holds the secret ${secret}`;
}

const task: Task = { id: "t1", title: "Task", status: "running", dispatch: "exec" };

/** Reads what a worker left as the controller does; what is wrong with the result, or null. */
export function faultOfReport(text: string): string | null {
  const files = new FuzzFiles();
  files.put("/w/result.json", bytesOf(text));
  const report = readWorkerReport(files, "/w/result.json");
  const facts = {
    ...nothingSeen,
    serial: 1,
    attempts: 1,
    maxAttempts: 1,
    runtime: "codex",
    startedAt: 0,
    report,
  };
  const status = report.escalation === null ? "completed" : "escalated";
  const outcome = report.escalation === null ? "completed" : "worker_escalated";
  const result = collectResult(task, facts, {
    outcome,
    status,
    error: report.escalation,
    endedAt: 1,
  });
  const written = redactResult(createRedactor(secrets), result);
  const [fault] = faultsOf(validateResult, JSON.parse(JSON.stringify(written)));
  if (fault) return `a result does not fit its schema: ${describeFault("result", fault)}`;
  const said = JSON.stringify(written);
  const secret = forbidden.find((form) => said.includes(form));
  return secret === undefined ? null : `a result holds the secret ${secret}`;
}

function short(text: string): string {
  return JSON.stringify(text.length > 300 ? `${text.slice(0, 150)}…${text.slice(-150)}` : text);
}
