/**
 * What the arguments of `macp delegate` ask for.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { Collecting } from "../delegation/collect.ts";
import type { Asked } from "../delegation/delegation_run.ts";
import { checkRunId, newRunId } from "../delegation/run_id.ts";
import { maxRequestBytes } from "../delegation/request.ts";
import { describeKind } from "../protocol/not_a_file.ts";
import type { Files } from "../sys/files.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { World } from "../sys/world.ts";
import type { Arguments, Invocation } from "./command.ts";
import { usageError } from "./parse_arguments.ts";

/** Values of options, given or taken from a task. */
export type OptionValues = Pick<Arguments, "text" | "flag">;

/** Limits and defaults of what is asked for; what is outside of a range is clamped. */
const delegateLimits = {
  /** Seconds to wait for an answer. */
  timeout: { least: 1, most: 604_800, usual: 300 },
  retries: { least: 1, most: 3, usual: 1 },
  messages: { least: 1, most: 30, usual: 20 },
} as const;

/** The question of a call. Throws what `readAsked` throws. */
export function readQuestion({ args, world, terminal, output }: Invocation): Asked {
  const [agent = "", given] = args.positional;
  if (agent === "" || given === undefined) {
    throw usageError(`Cannot delegate as ${agent === "" ? "AGENT" : "TASK"} is missing`, [
      'Usage: macp delegate AGENT "TASK", or - as TASK for standard input',
      "macp delegate --list shows the agents",
    ]);
  }
  const task = given === "-" ? readInput(world) : given;
  return readAsked({ args, world, terminal, output }, { agent, task });
}

/**
 * A question with the options of a call. Throws `MacpError` of kind usage; a context file
 * that is missing or cannot be read has code `context_unreadable`.
 */
export function readAsked(
  { args, world, terminal, output }: Pick<Invocation, "world" | "terminal" | "output"> & {
    args: OptionValues;
  },
  { agent, task }: { agent: string; task: string },
): Asked {
  if (task.trim() === "") throw usageError("Cannot delegate as TASK is empty");
  const runId = args.text("run-id") ?? newRunId(world);
  checkRunId(runId);
  const caller = args.text("caller") ?? null;
  const file = args.text("context");
  const note: Note = (text) => output.warn(text);
  return {
    agent,
    task,
    runId,
    wait: !oneOf(args, "no-wait", "wait"),
    timeoutMs: timeoutOf(args, { least: delegateLimits.timeout.least, note }),
    attempts: countOf(args, "retries", { ...delegateLimits.retries, note }),
    strict: !oneOf(args, "no-validate", "validate"),
    deliver: !args.flag("no-deliver"),
    context: file === undefined ? null : readContext(world, resolve(terminal.folder, file)),
    channelContext: channelContextOf(args, caller, note),
    caller,
    workflowId: args.text("workflow-id") ?? null,
    stepId: args.text("step-id") ?? null,
    questionSha256: null,
  };
}

/** What a call with `--collect` asks for. Throws `MacpError` of kind usage. */
export function readCollecting({ args, output }: Pick<Invocation, "args" | "output">): Collecting {
  refuseOptions(args, "--collect", idleWhenCollecting);
  const loose = oneOf(args, "no-validate", "validate");
  return {
    runId: args.text("collect") ?? "",
    timeoutMs: timeoutOf(args, { least: 0, note: (text) => output.warn(text) }),
    strict: loose ? false : args.flag("validate") ? true : null,
    workflowId: args.text("workflow-id") ?? null,
    stepId: args.text("step-id") ?? null,
  };
}

/** Options of a question that say nothing about an answer which is collected. */
const idleWhenCollecting = [
  ...["run-id", "context", "retries", "caller", "channel-context", "channel-messages"],
  ...["wait", "no-wait", "no-deliver", "dry-run", "list"],
];

/** Options that say nothing about the list of agents. */
const idleWhenListing = [
  ...["run-id", "context", "retries", "channel-context", "channel-messages", "workflow-id"],
  ...["step-id", "wait", "no-wait", "no-deliver", "dry-run", "collect", "validate", "no-validate"],
];

/** Throws `MacpError` of kind usage when `--list` comes with what it makes nothing of. */
export function checkListing(args: Arguments): void {
  if (args.positional.length > 0) {
    throw usageError("Cannot list and ask in one call: leave AGENT and TASK out");
  }
  refuseOptions(args, "--list", idleWhenListing);
}

function refuseOptions(args: OptionValues, mode: string, names: readonly string[]): void {
  const given = names.find((name) => args.flag(name) || args.text(name) !== undefined);
  if (given !== undefined) throw usageError(`Cannot use --${given} with ${mode}: it has no effect`);
}

/** Tells a person something. */
type Note = (text: string) => void;

/** Whether the first flag is given. Throws when both are. */
function oneOf(args: OptionValues, flag: string, opposite: string): boolean {
  if (args.flag(flag) && args.flag(opposite)) {
    throw usageError(`Cannot use --${flag} and --${opposite} together`);
  }
  return args.flag(flag);
}

/** Milliseconds. Less than the least is refused: nobody means it. */
function timeoutOf(
  args: OptionValues,
  { least, note }: { least: number; note: Note },
): number {
  const { usual, most } = delegateLimits.timeout;
  const text = args.text("timeout");
  if (text !== undefined && Number(text) < least) {
    throw usageError(`Cannot use --timeout as it is less than ${least}: ${text}`, [
      "It is the time for one attempt, in seconds",
    ]);
  }
  return numberOf(args, "timeout", { least, most, usual, note }) * 1000;
}

/** A range, the value where none is given, and who is told of what is outside. */
interface Limits {
  least: number;
  most: number;
  usual: number;
  note: Note;
}

function countOf(
  args: OptionValues,
  name: string,
  limits: Limits,
): number {
  return Math.floor(numberOf(args, name, limits));
}

function numberOf(
  args: OptionValues,
  name: string,
  limits: Limits,
): number {
  const text = args.text(name);
  if (text === undefined) return limits.usual;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) {
    const clamped = Math.min(Math.max(value, limits.least), limits.most);
    const range = `from ${limits.least} to ${limits.most}`;
    if (clamped !== value) limits.note(`--${name} goes ${range}: ${clamped} counts, not ${text}`);
    return clamped;
  }
  throw usageError(`Cannot use --${name} as it is no number: ${text}`);
}

function channelContextOf(
  args: OptionValues,
  caller: string | null,
  note: Note,
): Asked["channelContext"] {
  const channel = args.text("channel-context");
  if (channel === undefined) {
    if (args.text("channel-messages") === undefined) return null;
    throw usageError("Cannot use --channel-messages without --channel-context");
  }
  const messages = countOf(args, "channel-messages", { ...delegateLimits.messages, note });
  if (caller !== null) return { channel, messages };
  throw usageError("Cannot use --channel-context without --caller", [
    "The token for the channel is that of the caller",
  ]);
}

function readInput({ files }: Pick<World, "files">): string {
  try {
    return readBounded(files, "/dev/stdin");
  } catch (cause) {
    throw usageError(`Cannot read TASK from standard input as ${messageOf(cause)}`);
  }
}

function readContext({ files }: Pick<World, "files">, path: string): string {
  try {
    const stat = files.stat(path);
    if (stat === null) throw new Error("there is no such file");
    if (stat.kind !== "file") throw new Error(`it is ${describeKind(stat.kind)}`);
    return readBounded(files, path);
  } catch (cause) {
    const why = messageOf(cause).replace(/: \w+ '.*$/s, "");
    throw new MacpError("usage", `Cannot attach the context as ${why}: ${path}`, {
      code: "context_unreadable",
      hints: ["Name a text file with --context FILE"],
      cause,
    });
  }
}

/** A text that a request can hold. Throws `Error` for more, and for what is no text. */
function readBounded(files: Files, path: string): string {
  const file = files.open(path, { read: true });
  const bytes = new Uint8Array(maxRequestBytes + 1);
  let length = 0;
  try {
    while (length < bytes.length) {
      const count = file.read(bytes.subarray(length));
      if (count === null || count === 0) break;
      length += count;
    }
  } finally {
    file.close();
  }
  const limit = maxRequestBytes.toLocaleString("en-US");
  if (length > maxRequestBytes) {
    throw new Error(`it has more than the ${limit} bytes that a gateway takes`);
  }
  const text = decode(bytes.subarray(0, length));
  if (text.includes("\0")) throw new Error("it holds NUL bytes, so it is no text");
  return text;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error("it is not UTF-8 text");
  }
}
