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
      choices: ["queue", "task", "event", "result", "config", "state", "cursor"],
      help: "What the files are; told from their names otherwise",
    }],
    notes: ["Without a file it checks all that .mosaic/orchestrator/ holds."],
    exits: { 1: "faults were found" },
    load: () => import("../commands/validate.ts"),
  },
  {
    name: "doctor",
    summary: "Look whether all is well: programs, ledger, worktrees, sinks, disk, secrets",
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
    positional: "[KEY]",
    completes: [{ kind: "settings" }],
    examples: ["macp config", "macp config --show-origin", "macp config macp.base_ref"],
    options: [
      { name: "show-origin", kind: "flag", help: "Say where each value came from" },
      { name: "defaults", kind: "flag", help: "Print the defaults, without a repository" },
    ],
    load: () => import("../commands/config.ts"),
  },
];
