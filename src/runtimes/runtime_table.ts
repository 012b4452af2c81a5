/**
 * What is known about agent runtimes: built-in entries, and those of the configuration.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { RuntimeEntry, RuntimeTable, StreamRule } from "../protocol/generated/types.ts";
import { nearestHint } from "../protocol/nearest.ts";
import { findSlowPart } from "./slow_pattern.ts";
import builtIn from "./built_in.json" with { type: "json" };

/** How a runtime is run, and how what it prints is read. */
export interface Runtime {
  name: string;
  /** Shell command that runs it without a terminal; null for `mosaic yolo`. */
  command: string | null;
  /** How the brief goes in; with `file` the command reads `$MACP_BRIEF_FILE` itself. */
  brief: "stdin" | "file";
  stream: "ndjson" | "text";
  events: readonly StreamRule[];
  /** Messages that speak of a usage limit; the runtime's own first, then the general ones. */
  limits: readonly RegExp[];
  /** Lines of screens that wait for a person; the runtime's own first. */
  prompts: readonly RegExp[];
}

/** Names of counts that a rule can read. */
export const usageNames = [
  "input_tokens",
  "output_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "reasoning_tokens",
  "turns",
  "cost_usd",
] as const;

/** Name of a count. */
export type UsageName = typeof usageNames[number];

/** Patterns by what they tell. */
interface Patterns {
  limits?: readonly string[];
  prompts?: readonly string[];
}

// A unit test holds the file against the schema of the type.
const builtInTable = builtIn.runtimes as Readonly<Record<string, RuntimeEntry>>;
const general: Patterns = builtIn.general;

/** Names of the runtimes with a built-in entry. */
export const builtInRuntimes: readonly string[] = Object.keys(builtInTable);

/**
 * The runtime of that name. Without an entry in `table` (`macp.runtimes`) it has no
 * command; with one, what the entry leaves out comes from the built-in entry that `like`
 * names, else from that of its own name.
 *
 * Throws `MacpError` of kind usage when the entry has no command, names an unknown one
 * in `like`, reads a count that is not known, or has a regular expression that does not
 * parse or can take for ever.
 */
export function resolveRuntime(name: string, table: RuntimeTable): Runtime {
  const own = Object.hasOwn(table, name) ? table[name] : undefined;
  const base = baseOf(name, own);
  const entry = { ...base, ...own };
  if (own && entry.command === undefined) throw noCommand(name);
  const events = entry.events ?? [];
  for (const [n, rule] of events.entries()) checkUsage(name, n, rule);
  const field = `macp.runtimes.${name}`;
  return {
    name,
    command: own ? entry.command ?? null : null,
    brief: entry.brief ?? "stdin",
    stream: entry.stream ?? "text",
    events,
    limits: compile([...entry.limits ?? [], ...general.limits ?? []], `${field}.limits`),
    prompts: compile([...entry.prompts ?? [], ...general.prompts ?? []], `${field}.prompts`),
  };
}

/** The built-in entry that an entry stands on, or none. */
function baseOf(name: string, own: RuntimeEntry | undefined): RuntimeEntry | undefined {
  const wanted = own?.like ?? name;
  if (Object.hasOwn(builtInTable, wanted)) return builtInTable[wanted];
  if (own?.like === undefined) return undefined;
  throw new MacpError(
    "usage",
    `Cannot use runtime ${name} as macp.runtimes.${name}.like names no built-in one: ${wanted}`,
    { code: "unknown_runtime", hints: [...nearestHint(wanted, builtInRuntimes), knownOnes()] },
  );
}

function noCommand(name: string): MacpError {
  return new MacpError("usage", `Cannot use runtime ${name} as its entry has no command`, {
    code: "runtime_without_command",
    hints: [
      ...nearestHint(name, builtInRuntimes),
      `Set macp.runtimes.${name}.command, or like to a built-in runtime`,
      knownOnes(),
    ],
  });
}

function checkUsage(name: string, rule: number, { usage }: StreamRule): void {
  const names: readonly string[] = usageNames;
  const wrong = Object.keys(usage ?? {}).find((key) => !names.includes(key));
  if (wrong === undefined) return;
  const field = `macp.runtimes.${name}.events[${rule}].usage`;
  throw new MacpError("usage", `Cannot use runtime ${name} as ${field} names no count: ${wrong}`, {
    code: "unknown_count",
    hints: [...nearestHint(wrong, names), `Counts are ${names.join(", ")}`],
  });
}

function compile(patterns: readonly string[], field: string): RegExp[] {
  return patterns.map((pattern, n) => {
    const slow = findSlowPart(pattern);
    if (slow !== null) {
      throw badPattern(
        `Cannot use ${field}[${n}] as a repeated group that repeats inside, or can begin in two ` +
          `ways, takes for ever on some lines: ${slow}`,
        { hints: ["Write [a-z]+ for ([a-z]+)+, and [ab]* for (a|b)*"] },
      );
    }
    try {
      return new RegExp(pattern, "i");
    } catch (cause) {
      throw badPattern(
        `Cannot use ${field}[${n}] as it is no regular expression: ${pattern}`,
        { cause },
      );
    }
  });
}

function badPattern(message: string, more: { hints?: string[]; cause?: unknown }): MacpError {
  return new MacpError("usage", message, { code: "bad_pattern", ...more });
}

function knownOnes(): string {
  return `Built-in runtimes are ${builtInRuntimes.join(", ")}`;
}
