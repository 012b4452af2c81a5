/**
 * Settings, checks and help.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";

/** The commands, in the order of the help. */
export const care: readonly CommandSpec[] = [
  {
    name: "validate",
    summary: "Check files against their schemas",
    positional: "[FILE…]",
    completes: [{ kind: "files" }],
    examples: [
      "macp validate",
      "macp validate tasks.json",
      "macp validate result.json --as result",
    ],
    options: [{
      name: "as",
      kind: "text",
      value: "KIND",
      choices: [
        ...["queue", "task", "event", "result", "config", "state", "cursor"],
        ...["handoff", "lenient-handoff"],
      ],
      help: "What the files are; told from their names otherwise",
    }],
    notes: ["Without a file it checks all that .mosaic/orchestrator/ holds."],
    exits: { 1: "faults were found" },
    load: () => import("../commands/validate.ts"),
  },
  {
    name: "doctor",
    summary:
      "Look whether all is well: programs, ledger, results, worktrees, sinks, agents, disk, secrets",
    meant: ["check", "diagnose"],
    examples: ["macp doctor", "macp doctor --fix", "macp doctor --send-test", "macp doctor --json"],
    options: [
      { name: "fix", kind: "flag", help: "Mend what is safe to mend" },
      {
        name: "send-test",
        kind: "flag",
        help: "Send an event that is marked as a test to every enabled sink",
      },
    ],
    notes: [
      "Exit code 1 when something is wrong; warnings alone end with 0. Without --send-test nothing leaves the machine but the look-up of names.",
    ],
    exits: { 1: "something is wrong; warnings alone end with 0" },
    environment: ["HOME", "PATH"],
    load: () => import("../commands/doctor.ts"),
  },
  {
    name: "config",
    summary: "Print the settings in force",
    meant: ["settings"],
    positional: "[KEY]",
    completes: [{ kind: "settings" }],
    examples: ["macp config", "macp config --show-origin", "macp config macp.base_ref"],
    options: [
      { name: "show-origin", kind: "flag", help: "Say where each value came from" },
      { name: "defaults", kind: "flag", help: "Print the defaults, without a repository" },
    ],
    load: () => import("../commands/config.ts"),
  },
  {
    name: "completions",
    repository: false,
    summary: "Print what makes a shell complete commands, options, task ids and sinks",
    positional: "SHELL",
    completes: [{ kind: "words", words: ["bash", "zsh", "fish"] }],
    examples: [
      'eval "$(macp completions bash)"',
      "macp completions zsh >~/.zfunc/_macp",
      "macp completions fish >~/.config/fish/completions/macp.fish",
    ],
    options: [],
    notes: [
      "SHELL is bash, zsh or fish. The text stays right when macp is replaced: it asks the program itself, at each press of the key.",
    ],
    load: () => import("../commands/completions.ts"),
  },
  {
    name: "man",
    repository: false,
    summary: "Print the man page",
    examples: ["macp man | man -l -", "macp man >~/.local/share/man/man1/macp.1"],
    options: [],
    load: () => import("../commands/man.ts"),
  },
  {
    name: "version",
    repository: false,
    summary: "Print the version; with --json also commit and runtime",
    examples: ["macp version", "macp version --json"],
    options: [],
    load: () => import("../commands/version.ts"),
  },
  {
    name: "help",
    repository: false,
    summary: "Show help on the program, a command or a topic",
    positional: "[COMMAND|TOPIC]",
    completes: [{ kind: "topics" }],
    examples: ["macp help submit", "macp help recipes", "macp help --json"],
    options: [],
    load: () => import("../commands/help.ts"),
  },
];
