/**
 * What the arguments of `macp delegate` ask for.
 *
 * @module
 */
import { resolve } from "@std/path";
import type { Collecting } from "../delegation/collect.ts";
import type { Asked } from "../delegation/delegation_run.ts";
import { checkRunId, newRunId } from "../delegation/run_id.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import type { World } from "../sys/world.ts";
import type { Arguments, Invocation } from "./command.ts";
import { usageError } from "./parse_arguments.ts";

/** Values of options, given or taken from a task. */
export type OptionValues = Pick<Arguments, "text" | "flag">;

/** Limits and defaults of what is asked for; what is outside of a range is clamped. */
const delegateLimits = {
  /** Seconds to wait for an answer. */
  timeout: { least: 0.1, most: 604_800, usual: 300 },
  retries: { least: 1, most: 3, usual: 1 },
  messages: { least: 1, most: 30, usual: 20 },
} as const;

/** Bytes of a context file that are read at most; a message takes far less. */
const maxContextBytes = 1024 * 1024;

/** The question of a call. Throws what `readAsked` throws. */
export function readQuestion({ args, world, terminal }: Invocation): Asked {
  const [agent = "", given] = args.positional;
  if (agent === "" || given === undefined) {
    throw usageError(`Cannot delegate as ${agent === "" ? "AGENT" : "TASK"} is missing`, [
      'Usage: macp delegate AGENT "TASK", or - as TASK for standard input',
      "macp delegate --list shows the agents",
    ]);
  }
  const task = given === "-" ? readInput(world) : given;
  return readAsked({ args, world, terminal }, { agent, task });
}

/**
 * A question with the options of a call. Throws `MacpError` of kind usage; a context file
 * that is missing or cannot be read has code `context_unreadable`.
 */
export function readAsked(
  { args, world, terminal }: Pick<Invocation, "world" | "terminal"> & {
    args: OptionValues;
  },
  { agent, task }: { agent: string; task: string },
): Asked {
  if (task.trim() === "") throw usageError("Cannot delegate as TASK is empty");
  const runId = args.text("run-id") ?? newRunId(world);
  checkRunId(runId);
  const caller = args.text("caller") ?? null;
  const file = args.text("context");
  return {
    agent,
    task,
    runId,
    wait: !oneOf(args, "no-wait", "wait"),
    timeoutMs: timeoutOf(args, delegateLimits.timeout.least),
    attempts: countOf(args, "retries", delegateLimits.retries),
    strict: !oneOf(args, "no-validate", "validate"),
    deliver: !args.flag("no-deliver"),
    context: file === undefined ? null : readContext(world, resolve(terminal.folder, file)),
    channelContext: channelContextOf(args, caller),
    caller,
    workflowId: args.text("workflow-id") ?? null,
    stepId: args.text("step-id") ?? null,
  };
}

/** What a call with `--collect` asks for. Throws `MacpError` of kind usage. */
export function readCollecting(args: OptionValues): Collecting {
  const loose = oneOf(args, "no-validate", "validate");
  return {
    runId: args.text("collect") ?? "",
    timeoutMs: timeoutOf(args, 0),
    strict: loose ? false : args.flag("validate") ? true : null,
    workflowId: args.text("workflow-id") ?? null,
    stepId: args.text("step-id") ?? null,
  };
}

/** A number within its limits. */
function clamp(value: number, { least, most }: { least: number; most: number }): number {
  return Math.min(Math.max(value, least), most);
}

/** Whether the first flag is given. Throws when both are. */
function oneOf(args: OptionValues, flag: string, opposite: string): boolean {
  if (args.flag(flag) && args.flag(opposite)) {
    throw usageError(`Cannot use --${flag} and --${opposite} together`);
  }
  return args.flag(flag);
}

function timeoutOf(args: OptionValues, least: number): number {
  const { usual, most } = delegateLimits.timeout;
  return numberOf(args, "timeout", { least, most, usual }) * 1000;
}

function countOf(
  args: OptionValues,
  name: string,
  limits: { least: number; most: number; usual: number },
): number {
  return Math.floor(numberOf(args, name, limits));
}

function numberOf(
  args: OptionValues,
  name: string,
  limits: { least: number; most: number; usual: number },
): number {
  const text = args.text(name);
  if (text === undefined) return limits.usual;
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return clamp(value, limits);
  throw usageError(`Cannot use --${name} as it is no number: ${text}`);
}

function channelContextOf(args: OptionValues, caller: string | null): Asked["channelContext"] {
  const channel = args.text("channel-context");
  const messages = countOf(args, "channel-messages", delegateLimits.messages);
  if (channel === undefined) return null;
  if (caller !== null) return { channel, messages };
  throw usageError("Cannot use --channel-context without --caller", [
    "The token for the channel is that of the caller",
  ]);
}

function readInput({ files }: Pick<World, "files">): string {
  try {
    return files.readText("/dev/stdin");
  } catch (cause) {
    throw usageError(`Cannot read TASK from standard input as ${messageOf(cause)}`);
  }
}

function readContext({ files }: Pick<World, "files">, path: string): string {
  const refuse = (why: string, cause?: unknown) =>
    new MacpError("usage", `Cannot attach the context as ${why}: ${path}`, {
      code: "context_unreadable",
      hints: ["Name a text file with --context FILE"],
      cause,
    });
  let text: string;
  try {
    const stat = files.stat(path);
    if (stat === null) throw refuse("there is no such file");
    if (stat.kind === "folder") throw refuse("it is a folder");
    if (stat.size > maxContextBytes) {
      throw refuse(`it has ${stat.size} bytes, more than ${maxContextBytes}`);
    }
    text = files.readText(path);
  } catch (cause) {
    if (cause instanceof MacpError) throw cause;
    throw refuse(messageOf(cause).replace(/: \w+ '.*$/s, ""), cause);
  }
  if (text.includes("\0")) throw refuse("it holds NUL bytes, so it is no text");
  return text;
}
