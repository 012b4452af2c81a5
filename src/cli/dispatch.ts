/**
 * Finds the command, parses, runs, reports.
 *
 * @module
 */
import { nearestHint } from "../protocol/nearest.ts";
import { collectSecrets } from "../redaction/collect_secrets.ts";
import { createRedactor } from "../redaction/redactor.ts";
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import type { Arguments, CommandSpec } from "./command.ts";
import { commandGroups, commands, findCommand } from "./commands.ts";
import { exitCodes } from "./exit_codes.ts";
import { idleWatch } from "./idle_watch.ts";
import { locateRepository } from "./locate_repository.ts";
import { Output, type Redaction } from "./output.ts";
import { globalOptions, parseArguments, usageError } from "./parse_arguments.ts";
import { reportError } from "./report_error.ts";

/** Runs a command, and reports what it throws; gives the exit code. */
export async function runCommandLine(
  world: World,
  terminal: Terminal,
  args: readonly string[],
): Promise<number> {
  const redactor = createRedactor(collectSecrets({ env: world.env, names: [] }));
  const redaction: Redaction = { text: (text) => redactor.text(text) };
  const wants = (name: string) => args.includes(`--${name}`);
  try {
    return await dispatch(world, terminal, args, redaction);
  } catch (error) {
    if (moveCommandFirst(args)[0] === "delegate") {
      const { printDelegationFailure } = await import("./delegation_failure.ts");
      printDelegationFailure(terminal, args, { error, redaction });
    }
    return reportError(terminal, error, {
      json: wants("json"),
      verbose: wants("verbose"),
      redaction,
    });
  }
}

async function dispatch(
  world: World,
  terminal: Terminal,
  args: readonly string[],
  redaction: Redaction,
): Promise<number> {
  const [name = "help", ...rest] = moveCommandFirst(args);
  refuseUnknownBefore(args);
  if (name === hiddenCommand) return await complete(world, terminal, rest, redaction);
  const spec = requireCommand(Object.hasOwn(longNames, name) ? longNames[name] ?? name : name);
  const parsed = parseArguments(spec, rest);
  if (parsed.flag("help") && spec.name !== "help") {
    return await dispatch(world, terminal, ["help", spec.name, ...shown(parsed)], redaction);
  }
  const idle = name === "watch" ? idleWatch(world, terminal, parsed) : null;
  if (idle?.isIdle()) return exitCodes.done;
  const output = new Output(terminal, world.env, outputOptions(parsed, redaction));
  const locate = () => locateRepository(world, terminal, parsed.text("repo"));
  const early = spec.repository === false ? null : locate();
  // A command that does not ask for the repository does not care.
  early?.catch(() => {});
  const { run } = await spec.load();
  return await run({
    world,
    terminal,
    output,
    args: parsed,
    groups: commandGroups,
    idle,
    located: () => early ?? locate(),
  });
}

function outputOptions(args: Arguments, redaction: Redaction) {
  return {
    json: args.flag("json"),
    quiet: args.flag("quiet"),
    verbose: args.flag("verbose"),
    color: (args.text("color") ?? "auto") as "auto" | "always" | "never",
    plain: args.flag("plain"),
    redaction,
  };
}

/** What shells call for completions; no command of the table, as it is for them alone. */
const hiddenCommand = "__complete";

/** Options that stand for a command. */
const longNames: Readonly<Record<string, string>> = {
  "--help": "help",
  "-h": "help",
  "--version": "version",
  "-V": "version",
};

async function complete(
  world: World,
  terminal: Terminal,
  words: readonly string[],
  redaction: Redaction,
): Promise<number> {
  const { answerShell } = await import("./completion/answer_shell.ts");
  terminal.write(await answerShell({ world, terminal, redaction }, words));
  return exitCodes.done;
}

/** Options of a call that matter to its help. */
function shown(args: Arguments): string[] {
  const color = args.text("color");
  return [...(args.flag("json") ? ["--json"] : []), ...(color ? [`--color=${color}`] : [])];
}

/** Global options may stand before the command too: `macp --repo DIR status`. */
function moveCommandFirst(args: readonly string[]): string[] {
  const at = optionsBefore(args).end;
  return [args[at] ?? "help", ...args.slice(0, at), ...args.slice(at + 1)];
}

/** The options before the command, and where that stands. */
function optionsBefore(args: readonly string[]): { options: string[]; end: number } {
  const withValue = globalOptions.filter(({ kind }) => kind !== "flag").map(({ name }) => name);
  const options: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-") || Object.hasOwn(longNames, arg)) break;
    options.push(arg);
    if (withValue.includes(arg.slice(2))) at++;
  }
  return { options, end: Math.min(at, args.length) };
}

/** What stands before the command is of every command. Throws `MacpError` of kind usage. */
function refuseUnknownBefore(args: readonly string[]): void {
  const shorts = globalOptions.flatMap(({ short = [] }) => short).join("");
  const known = globalOptions.map(({ name }) => `--${name}`);
  const isKnown = (name: string) =>
    name === "--" || known.includes(name) || new RegExp(`^-[${shorts}]+$`).test(name);
  const unknown = optionsBefore(args).options.map((arg) => arg.replace(/=.*$/s, ""))
    .find((name) => !isKnown(name));
  if (unknown === undefined) return;
  const names = [...known, ...Object.keys(longNames)].filter((name) => name.startsWith("--"));
  throw usageError(`Cannot use option ${unknown} as macp has none of that name`, [
    ...(unknown === "-C" ? ["Use --repo DIR"] : nearestHint(unknown, names)),
    "Options of a command stand after it: macp COMMAND [options]",
    "See: macp help",
  ]);
}

function requireCommand(name: string): CommandSpec {
  const spec = findCommand(name);
  if (spec) return spec;
  const meant = commands.filter(({ meant }) => meant?.includes(name.toLowerCase()));
  throw usageError(`Cannot run ${name} as there is no such command`, [
    ...(meant.length > 0
      ? meant.map(({ name }) => `Did you mean macp ${name}?`)
      : nearestHint(name, commands.map(({ name }) => name), "macp ")),
    "See: macp help",
  ]);
}
