/**
 * The newest messages of a channel, as a program of the user prints them.
 *
 * @module
 */
import { isAbsolute, join } from "@std/path";
import { plainLine } from "../events/plain_text.ts";
import { tailOf, TextTail } from "../logs/text_tail.ts";
import { type ProgramEnd, type ProgramOptions, runProgram } from "../process/run_program.ts";
import { callerVariable, isPerCaller } from "../protocol/caller_variable.ts";
import { MacpError } from "../protocol/errors.ts";
import type { Settings } from "../protocol/settings.ts";
import { oneLine } from "../protocol/text.ts";
import type { Secret } from "../redaction/collect_secrets.ts";
import { createRedactor } from "../redaction/redactor.ts";
import type { World } from "../sys/world.ts";

/** Most bytes of the messages: the last ones are kept. */
const maxBytes = 65_536;
/** Characters of standard error that are kept. */
const maxErrors = 4096;
/** Variables of the own environment that the program gets besides its token. */
const passedOn = ["PATH", "HOME", "LANG"];

/** Which messages are fetched, and for whom. */
export interface ChannelRequest {
  /** Name or id of the channel. */
  channel: string;
  /** How many messages. */
  messages: number;
  /** Agent that asks, or null. */
  caller: string | null;
  /** Folder in which the program runs. */
  cwd: string;
  signal: AbortSignal;
}

/**
 * Runs the program that `delegate.channel_context.command` names, with its arguments as
 * they are, never through a shell, and gives out what it prints, at most the last 64 KiB,
 * without its token; nothing where it prints nothing. Its environment is PATH, HOME, LANG and the variable with its token.
 * What it prints is data of unknown origin.
 *
 * Throws `MacpError` of kind usage: `channel_context_unset`, `caller_missing`,
 * `invalid_channel`, `channel_token_missing`; of kind failure: `channel_context_failed`.
 */
export async function fetchChannelContext(
  world: World,
  settings: Settings["delegate"]["channel_context"],
  request: ChannelRequest,
): Promise<string> {
  const { cwd, caller, channel, signal } = request;
  const [program = "", ...args] = fillCommand(settings.command, request);
  if (program === "") throw unset();
  const token = tokenOf(settings.token_env, caller, world.env);
  const { text, errors, end } = await collect(world, channel, {
    // A path is meant from the folder, whatever the system makes of it.
    program: program.includes("/") && !isAbsolute(program) ? join(cwd, program) : program,
    args,
    cwd,
    env: environmentOf(world.env, token),
    timeoutMs: settings.timeout_seconds * 1000,
    signal,
  });
  const redactor = createRedactor(token === null ? [] : [token]);
  // Redacted before it is cut: half a token would not be known any more.
  const messages = cut(redactor.text(text)).trim();
  const fault = faultOf(end, redactor.text(errors));
  if (fault === null) return messages;
  throw failed(channel, fault);
}

/** Program and arguments; in the arguments, names are put at their places, once. */
function fillCommand(command: readonly string[], request: ChannelRequest): string[] {
  const { channel, messages, caller } = request;
  checkWord("channel", channel);
  if (caller !== null) checkWord("caller", caller);
  const place = (_: string, name: string) =>
    name === "channel" ? channel : name === "messages" ? String(messages) : requireCaller(caller);
  return command.map((argument, index) =>
    index === 0 ? argument : argument.replaceAll(/\{(channel|messages|caller)\}/g, place)
  );
}

/** What begins with a dash could be taken for an option of the program. */
function checkWord(what: string, word: string): void {
  const isPlain = oneLine(word, 200) === word && word !== "" && !word.startsWith("-");
  if (isPlain) return;
  const why = "it is empty or long, begins with a dash, or holds control characters";
  const message = `Cannot fetch channel context as this is no ${what}: ${oneLine(word, 60)}`;
  throw new MacpError("usage", message, { code: "invalid_channel", details: [why] });
}

function requireCaller(caller: string | null): string {
  if (caller !== null) return caller;
  throw new MacpError("usage", "Cannot fetch channel context as --caller is missing", {
    code: "caller_missing",
    hints: ["delegate.channel_context stands for each caller's own way to the channel"],
  });
}

/** The token, named by its variable; null where none is configured. */
function tokenOf(
  setting: string | null,
  caller: string | null,
  env: Readonly<Record<string, string>>,
): Secret | null {
  if (setting === null || setting === "") return null;
  const name = isPerCaller(setting) ? callerVariable(setting, requireCaller(caller)) : setting;
  const value = Object.hasOwn(env, name) ? env[name]?.trim() ?? "" : "";
  if (value !== "") return { name, value };
  const message = `Cannot fetch channel context as the environment variable is not set: ${name}`;
  throw new MacpError("usage", message, { code: "channel_token_missing" });
}

function environmentOf(
  env: Readonly<Record<string, string>>,
  token: Secret | null,
): Record<string, string> {
  const own = Object.entries(env).filter(([name]) => passedOn.includes(name));
  return { ...Object.fromEntries(own), ...(token === null ? {} : { [token.name]: token.value }) };
}

/** Runs the program and keeps the end of what it prints, and the beginning of its errors. */
async function collect(
  world: World,
  channel: string,
  options: Omit<ProgramOptions, "onOutput">,
): Promise<{ text: string; errors: string; end: ProgramEnd }> {
  const decoders = { out: new TextDecoder(), err: new TextDecoder() };
  // Twice the size: what was cut in the middle is cut away afterwards.
  const output = new TextTail(2 * maxBytes);
  let errors = "";
  const onOutput: ProgramOptions["onOutput"] = (chunk, stream) => {
    const piece = decoders[stream].decode(chunk, { stream: true });
    if (stream === "out") output.push(piece);
    else if (errors.length < maxErrors) errors += piece;
  };
  try {
    const end = await runProgram(world, { ...options, onOutput });
    return { text: output.text(), errors, end };
  } catch (cause) {
    if (cause instanceof MacpError) throw failed(channel, cause.message, cause);
    throw cause;
  }
}

/** The last 64 KiB, from the beginning of a line where there is one. */
function cut(text: string): string {
  const tail = tailOf(text, Infinity, maxBytes);
  return tail.length === text.replace(/\n+$/, "").length ? tail : tail.replace(/^[^\n]*\n/, "");
}

function faultOf({ exitCode, cause }: ProgramEnd, errors: string): string | null {
  if (cause !== "exited") {
    return `its command ${cause === "aborted" ? "was ended" : "took too long"}`;
  }
  if (exitCode === 0) return null;
  const line = errors.split("\n").map(plainLine).find((text) => text !== "") ?? "";
  return `its command ended with ${exitCode}${line === "" ? "" : `: ${oneLine(line, 300)}`}`;
}

function failed(channel: string, why: string, cause?: unknown): MacpError {
  const message = `Cannot fetch the messages of ${oneLine(channel, 60)} as ${why}`;
  return new MacpError("failure", message, { code: "channel_context_failed", cause });
}

function unset(): MacpError {
  const message = "Cannot fetch channel context as delegate.channel_context.command is not set";
  return new MacpError("usage", message, {
    code: "channel_context_unset",
    hints: ['Set it to a program and its arguments: ["fetch-channel", "{channel}", "{messages}"]'],
  });
}
