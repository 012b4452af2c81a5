/**
 * Parsing a command's arguments against its description.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { MacpError } from "../protocol/errors.ts";
import { nearestHint } from "../protocol/nearest.ts";
import type { Arguments, CommandSpec, OptionSpec } from "./command.ts";
import { parseDuration } from "./duration.ts";

/** Options that every command takes. */
export const globalOptions: readonly OptionSpec[] = [
  {
    name: "repo",
    kind: "text",
    value: "DIR",
    completes: { kind: "folders" },
    help: "Repository; that of the working folder otherwise",
  },
  {
    name: "set",
    kind: "list",
    value: "KEY=VALUE",
    completes: { kind: "assignments" },
    help: "Override a setting for this call",
  },
  { name: "json", kind: "flag", help: "Print JSON" },
  { name: "quiet", kind: "flag", short: "q", help: "Print results and errors only" },
  { name: "verbose", kind: "flag", short: "v", help: "Print more" },
  {
    name: "color",
    kind: "text",
    value: "WHEN",
    choices: ["auto", "always", "never"],
    help: "Colour the output: auto, always, never",
  },
  {
    name: "plain",
    kind: "flag",
    help: "Whole lines only, for screen readers: nothing drawn anew, no colours",
  },
  { name: "help", kind: "flag", short: "h", help: "Show help" },
];

/** Parses arguments. Throws `MacpError` of kind usage. */
export function parseArguments(spec: CommandSpec, args: readonly string[]): Arguments {
  const options = [...spec.options, ...globalOptions];
  const odd = beforeDashes(args).find((arg) => /^(--_(=|$)|-[^-=]*_)/.test(arg));
  // The parser would take it for the list of what is no option.
  if (odd !== undefined) refuseUnknown(spec, options, odd);
  const parsed = parseArgs(withDashes(args, options), {
    boolean: names(options, "flag"),
    string: ["_", ...options.filter(({ kind }) => kind !== "flag").map(({ name }) => name)],
    collect: options.filter(({ kind }) => kind !== "flag").map(({ name }) => name),
    alias: Object.fromEntries(options.flatMap(({ short, name }) => short ? [[short, name]] : [])),
    "--": true,
    unknown: (arg) => !arg.startsWith("-") || arg === "-" || refuseUnknown(spec, options, arg),
  });
  const values = (name: string): string[] => {
    const found = parsed[name];
    return Array.isArray(found) ? found.map(String) : [];
  };
  for (const option of options) {
    checkValues(spec, option, { values: values(option.name), args });
  }
  const result: Arguments = {
    positional: [...parsed._.map(String), ...(parsed["--"] ?? [])],
    flag: (name) => parsed[name] === true,
    text: (name) => values(name)[0],
    number: (name) => values(name)[0] === undefined ? undefined : numberIn(values(name)[0] ?? ""),
    list: values,
  };
  if (!result.flag("help")) checkPositional(spec, result.positional);
  return result;
}

/** The arguments with `--name=-` for `--name -`: the parser takes `-` for no value. */
function withDashes(args: readonly string[], options: readonly OptionSpec[]): string[] {
  const end = beforeDashes(args).length;
  const takesValue = (arg: string | undefined) =>
    options.some(({ kind, name }) => kind !== "flag" && arg === `--${name}`);
  const isDash = (i: number) => i > 0 && i < end && args[i] === "-" && takesValue(args[i - 1]);
  return args.flatMap((arg, i) => isDash(i) ? [] : isDash(i + 1) ? [`${arg}=-`] : [arg]);
}

/** The arguments that may be options. */
function beforeDashes(args: readonly string[]): readonly string[] {
  return args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
}

/** Value of an option in arguments that may not parse; undefined without one. */
export function valueOfOption(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === `--${name}` || arg.startsWith(`--${name}=`));
  if (at < 0) return undefined;
  const arg = args[at];
  return arg?.includes("=") ? arg.slice(arg.indexOf("=") + 1) : args[at + 1];
}

/** A number, or the seconds of a duration; NaN for anything else. */
function numberIn(text: string): number {
  const ms = parseDuration(text);
  return ms === null ? Number(text) : ms / 1000;
}

function names(options: readonly OptionSpec[], kind: OptionSpec["kind"]): string[] {
  return options.filter((option) => option.kind === kind).map(({ name }) => name);
}

function refuseUnknown(spec: CommandSpec, options: readonly OptionSpec[], arg: string): never {
  const name = arg.replace(/=.*$/s, "");
  throw usageError(`Cannot use option ${name} as macp ${spec.name} has none of that name`, [
    ...nearestHint(name.replace(/^-+/, ""), options.map(({ name }) => name), "--"),
    `A value that begins with - is given as --option=VALUE`,
    `See: macp help ${spec.name}`,
  ]);
}

function checkValues(
  spec: CommandSpec,
  option: OptionSpec,
  { values, args }: { values: readonly string[]; args: readonly string[] },
): void {
  const refuse = (why: string, ...hints: string[]) => {
    throw usageError(`Cannot use --${option.name} as ${why}`, [
      ...hints,
      `See: macp help ${spec.name}`,
    ]);
  };
  if (option.kind !== "list" && values.length > 1) refuse(`it is given ${values.length} times`);
  for (const value of values) {
    if (value === "" && isGivenEmpty(args, `--${option.name}`)) refuse("it is empty");
    if (value === "") {
      refuse("it has no value", `A value that begins with - is given as --${option.name}=VALUE`);
    }
    if (option.kind === "number" && !(Number(value) >= 0)) {
      refuse(`it takes a number that is not negative: ${value}`);
    }
    if (option.kind === "seconds" && !(numberIn(value) >= 0)) {
      refuse(`it takes seconds, or a duration such as 90s, 10m and 1h: ${value}`);
    }
    if (option.choices && !option.choices.includes(value)) {
      const hints = nearestHint(value, option.choices);
      refuse(`it takes one of ${option.choices.join(", ")}: ${value}`, ...hints);
    }
  }
}

/** Whether the value of an option is there, and empty. */
function isGivenEmpty(args: readonly string[], option: string): boolean {
  return args.some((arg, at) => arg === `${option}=` || (arg === option && args[at + 1] === ""));
}

function checkPositional(spec: CommandSpec, positional: readonly string[]): void {
  const wanted = (spec.positional ?? "").split(" ").filter((name) => name !== "");
  const least = wanted.filter((name) => !name.startsWith("[")).length;
  const most = wanted.some((name) => name.includes("…")) ? Infinity : wanted.length;
  const hints = [
    `Usage: macp ${spec.name} ${spec.positional ?? ""}`.trimEnd(),
    `See: macp help ${spec.name}`,
  ];
  if (positional.length < least) {
    throw usageError(
      `Cannot run macp ${spec.name} as ${wanted[positional.length]} is missing`,
      hints,
    );
  }
  if (positional.length > most) {
    const extra = positional.slice(most).join(" ");
    throw usageError(`Cannot run macp ${spec.name} as it takes no more arguments: ${extra}`, hints);
  }
}

/** An error about how a command was called. */
export function usageError(message: string, hints: string[] = []): MacpError {
  return new MacpError("usage", message, { code: "usage", hints });
}
