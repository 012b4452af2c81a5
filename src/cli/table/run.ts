/**
 * Run the queue.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { dryRun, environmentOfRun, exitsOfRun, jobs, noWaitHolds } from "./shared.ts";

/** The commands, in the order of the help. */
export const run: readonly CommandSpec[] = [
  {
    name: "run",
    summary: "Run the queue: for ever by default; --once, --until-drained",
    examples: ["macp run --once", "macp run --until-drained", "macp run --poll-sec 30"],
    options: [
      { name: "once", kind: "flag", help: "Handle at most one task that can run now" },
      { name: "until-drained", kind: "flag", help: "End when nothing can run any more" },
      {
        name: "poll-sec",
        kind: "number",
        value: "N",
        help: "Seconds between looks at an idle queue (10)",
      },
      jobs,
      noWaitHolds,
      dryRun,
    ],
    exits: exitsOfRun,
    environment: environmentOfRun,
    load: () => import("../commands/run.ts"),
  },
  {
    name: "drain",
    summary: "Run the queue until nothing can run any more",
    meant: ["start", "work", "go"],
    examples: ["macp drain", "macp drain --jobs 2", "macp drain --json", "macp drain --dry-run"],
    options: [jobs, noWaitHolds, dryRun],
    notes: [
      "A terminal shows each running task with its phase, gates and last line, and above them how " +
      "attempts ended; --verbose prints every event there too. A pipe, CI (the variable CI) and " +
      "--plain get a line for each event instead.",
      "Ctrl-C ends what runs, and its task is pending again: worker or gate get 10 s after TERM.",
    ],
    exits: exitsOfRun,
    environment: environmentOfRun,
    load: () => import("../commands/drain.ts"),
  },
];
