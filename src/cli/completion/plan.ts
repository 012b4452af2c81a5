/**
 * What is to be completed: told from the words of a command line that is not finished.
 *
 * @module
 */
import type { CommandSpec, Completion, OptionSpec } from "../command.ts";
import { commands, findCommand } from "../commands.ts";
import { globalOptions } from "../parse_arguments.ts";

/** What stands at the cursor. */
export interface Plan {
  /** The value that is typed; what completes it, or null when nothing is known of it. */
  value: { completes: Completion | null; typed: string; before: string } | null;
  /** Options that may stand here, by what is typed of them; else none. */
  options: readonly OptionSpec[];
  /** The word as far as it is typed. */
  word: string;
  /** What `--repo` names, or null. */
  repository: string | null;
}

/** Options that stand alone, without a command. */
const alone: readonly OptionSpec[] = [
  { name: "version", kind: "flag", short: "V", help: "Print the version" },
];

/**
 * Plans the completion of the last word.
 *
 * @param words Words after `macp` up to the cursor; the last one may be empty.
 */
export function planCompletion(words: readonly string[]): Plan {
  const word = words.at(-1) ?? "";
  const before = readWords(words.slice(0, -1));
  const { command, repository, pending, given, isEnded } = before;
  const known = [...(command?.options ?? alone), ...globalOptions];
  const nothing = { value: null, options: [], word, repository };
  if (pending) return { ...nothing, value: valueOf(pending, word, "") };
  const [, name, typed] = /^--([\w-]+)=(.*)$/s.exec(word) ?? [];
  if (name !== undefined && !isEnded) {
    const option = known.find((option) => option.name === name && option.kind !== "flag");
    return { ...nothing, value: option ? valueOf(option, typed ?? "", `--${name}=`) : null };
  }
  if (word.startsWith("-") && !isEnded) {
    const free = known.filter(({ name, kind }) => kind === "list" || !given.has(name));
    return { ...nothing, options: free.filter(({ name }) => `--${name}`.startsWith(word)) };
  }
  const completes = command === null
    ? { kind: "commands" } as const
    : positionalCompletion(command, before.positionals);
  return { ...nothing, value: { completes, typed: word, before: "" } };
}

/** A value of an option; of several with commas between them the last. */
function valueOf(option: OptionSpec, word: string, before: string): Plan["value"] {
  const completes = option.completes ?? (option.choices ? wordsOf(option.choices) : null);
  const comma = completes?.kind === "tasks" && option.kind === "list" ? word.lastIndexOf(",") : -1;
  return {
    completes: completes ?? null,
    typed: word.slice(comma + 1),
    before: before + word.slice(0, comma + 1),
  };
}

function wordsOf(words: readonly string[]): Completion {
  return { kind: "words", words };
}

function positionalCompletion(command: CommandSpec, count: number): Completion | null {
  const { positional = "", completes = [] } = command;
  const most = positional.includes("…") ? Infinity : positional.split(" ").filter(Boolean).length;
  if (count >= most) return null;
  return completes[count] ?? (most === Infinity ? completes.at(-1) ?? null : null);
}

/** What the words before the cursor say. */
interface ReadWords {
  command: CommandSpec | null;
  repository: string | null;
  /** Option whose value comes next, or null. */
  pending: OptionSpec | null;
  given: Set<string>;
  positionals: number;
  /** Whether `--` ended the options. */
  isEnded: boolean;
}

function readWords(words: readonly string[]): ReadWords {
  const read: ReadWords = {
    command: null,
    repository: null,
    pending: null,
    given: new Set(),
    positionals: 0,
    isEnded: false,
  };
  for (const word of words) readWord(read, word);
  return read;
}

function readWord(read: ReadWords, word: string): void {
  const { pending } = read;
  read.pending = null;
  if (pending) {
    if (pending.name === "repo") read.repository = word;
  } else if (word === "--") read.isEnded = true;
  else if (word.startsWith("-") && word !== "-" && !read.isEnded) readOption(read, word);
  else if (read.command === null) read.command = findCommand(word) ?? unknownCommand;
  else read.positionals++;
}

function readOption(read: ReadWords, word: string): void {
  const [, name, value] = /^--([\w-]+)(?:=(.*))?$/s.exec(word) ?? [];
  const known = [...(read.command?.options ?? []), ...globalOptions];
  const option = known.find((option) =>
    name === undefined ? `-${option.short}` === word : option.name === name
  );
  if (!option) return;
  read.given.add(option.name);
  if (option.kind === "flag") return;
  if (value === undefined) read.pending = option;
  else if (option.name === "repo") read.repository = value;
}

/** Stands for a word that is no command: nothing is known of what follows. */
const unknownCommand: CommandSpec = {
  name: "",
  summary: "",
  examples: [],
  options: [],
  load: () => Promise.reject(new Error("no command")),
};

/** Every command, as candidates. */
export const commandWords: readonly (readonly [string, string])[] = commands.map((
  { name, summary },
) => [name, summary]);
