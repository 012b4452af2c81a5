/**
 * What a command is: its description for help and parsing, and the code that runs it,
 * loaded when it is called.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import type { Status } from "../protocol/task.ts";
import type { Terminal } from "../sys/terminal.ts";
import type { World } from "../sys/world.ts";
import type { Output } from "./output.ts";

/** What a shell offers for a word. */
export type Completion =
  /** Ids of the queue, of tasks in one of the states where they are given. */
  | { kind: "tasks"; statuses?: readonly Status[] }
  | { kind: "words"; words: readonly string[] }
  | {
    kind:
      | "agents"
      | "assignments"
      | "commands"
      | "events"
      | "files"
      | "folders"
      | "runtimes"
      | "settings"
      | "sinks"
      | "topics";
  };

/** One option of a command. */
export interface OptionSpec {
  name: string;
  /** flag: present or not. seconds: a number, or a duration. list: may be given several times. */
  kind: "flag" | "text" | "number" | "seconds" | "list";
  /** One letter. */
  short?: string;
  /** Name of the value in help, for example `ID`. */
  value?: string;
  /** The only values that are accepted. */
  choices?: readonly string[];
  /** What a shell offers as its value; the choices unless given. */
  completes?: Completion;
  /** Heading that it stands under in help. */
  group?: string;
  help: string;
}

/** Description of a command. */
export interface CommandSpec {
  name: string;
  /** One line. */
  summary: string;
  /** What people type who know other programs: not accepted, but answered with a hint. */
  meant?: readonly string[];
  /** Positional arguments as shown, for example `ID`; `[…]` is optional, `…` repeats. */
  positional?: string;
  /** What a shell offers for each of them; the last one counts for those that follow. */
  completes?: readonly Completion[];
  /** Lines to type, most useful first. */
  examples: readonly string[];
  options: readonly OptionSpec[];
  /** More to say, a paragraph each. */
  notes?: readonly string[];
  /** What exit codes mean for it, besides 0 and those that every command has. */
  exits?: Readonly<Record<number, string>>;
  /** Names of environment variables that matter to it. */
  environment?: readonly string[];
  /** Whether it looks for a repository; true unless given. */
  repository?: false;
  load: () => Promise<{ run: CommandRun }>;
}

/** Commands that belong together. */
export interface CommandGroup {
  /** Heading in help. */
  title: string;
  commands: readonly CommandSpec[];
}

/** A repository that was found. */
export interface LocatedRepository {
  /** Git in the main checkout. */
  git: Git;
  /** Whether there is a commit. */
  hasCommit: boolean;
}

/** Arguments of one call, checked against the description. */
export interface Arguments {
  positional: string[];
  flag(name: string): boolean;
  text(name: string): string | undefined;
  /** A number; of kind seconds, those. */
  number(name: string): number | undefined;
  list(name: string): string[];
}

/** The short way of `watch --once` when nothing is new. */
export interface IdleWatch {
  /** Whether an earlier call found nothing to do, and nothing changed since. */
  isIdle(): boolean;
  /** How things stand now. */
  text(): string;
  /** Keeps that there is nothing to do as things stood; `root` is the main checkout. */
  keep(root: string, text: string): void;
}

/** One call of a command. */
export interface Invocation {
  world: World;
  terminal: Terminal;
  output: Output;
  args: Arguments;
  /** Every command: the table that this one stands in. */
  groups: readonly CommandGroup[];
  /** Only for `watch --once`; otherwise null. */
  idle: IdleWatch | null;
  /** The repository. Git looks for it while the command is loaded. Throws `MacpError`. */
  located: () => Promise<LocatedRepository>;
}

/** Runs a command; gives its exit code. */
export type CommandRun = (invocation: Invocation) => Promise<number>;
