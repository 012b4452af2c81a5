/**
 * Look at what is there.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { anyTask, since, taskId } from "./shared.ts";

/** The commands, in the order of the help. */
export const look: readonly CommandSpec[] = [
  {
    name: "status",
    summary: "Show what runs, what waits for whom, and what needs a person",
    meant: ["list", "ls", "ps", "queue"],
    examples: [
      "macp status",
      "macp status --watch",
      "macp status --task-id TASK-1",
      "macp status --json",
    ],
    options: [
      { name: "watch", kind: "flag", short: "w", help: "Go on showing it until interrupted" },
      taskId,
    ],
    notes: [
      "With --watch a terminal is drawn anew each second; a pipe gets all of it again whenever " +
      "something changed, with --json as one document a line.",
    ],
    exits: { 130: "--watch was interrupted (143: terminated)" },
    load: () => import("../commands/status.ts"),
  },
  {
    name: "show",
    summary: "Show one task: its result, its gates, its attempts",
    meant: ["view", "info", "describe"],
    positional: "ID",
    completes: [anyTask],
    examples: [
      "macp show TASK-1",
      "macp show TASK-1 --json",
      "macp show TASK-1 --acp | your-spawner",
    ],
    options: [{
      name: "acp",
      kind: "flag",
      help: "Only the hand-over of an acp task: the arguments of sessions_spawn as JSON",
    }],
    load: () => import("../commands/show.ts"),
  },
  {
    name: "diff",
    summary: "Show what a task changed over its base",
    positional: "ID",
    completes: [anyTask],
    examples: ["macp diff TASK-1", "macp diff TASK-1 | git apply --check"],
    options: [{ name: "stat", kind: "flag", help: "Only the files and counts" }],
    load: () => import("../commands/diff.ts"),
  },
  {
    name: "logs",
    summary: "Print what worker and gates of an attempt printed",
    meant: ["tail", "output"],
    positional: "ID",
    completes: [anyTask],
    examples: ["macp logs TASK-1", "macp logs TASK-1 -f", "macp logs TASK-1 --attempt 1"],
    options: [
      { name: "follow", kind: "flag", short: "f", help: "Go on until the attempt ended" },
      {
        name: "attempt",
        kind: "number",
        value: "N",
        help: "Serial of the attempt, acceptance or landing; the newest otherwise",
      },
    ],
    load: () => import("../commands/logs.ts"),
  },
  {
    name: "history",
    summary: "Print events",
    meant: ["events"],
    examples: [
      "macp history",
      "macp history --task-id TASK-1",
      "macp history --type task.failed --since 24h --json",
      "macp history --delegations --since 24h",
    ],
    options: [
      taskId,
      {
        name: "type",
        kind: "list",
        value: "TYPE",
        completes: { kind: "events" },
        help: "Only events of this type",
      },
      since,
      {
        name: "delegations",
        kind: "flag",
        help: "Print the log of delegations instead; --type is an event of it then",
      },
    ],
    load: () => import("../commands/history.ts"),
  },
  {
    name: "inbox",
    summary: "Show what waits for a person, and what to type next",
    meant: ["todo"],
    examples: ["macp inbox", "macp inbox --json"],
    options: [],
    load: () => import("../commands/inbox.ts"),
  },
  {
    name: "report",
    summary: "Make one HTML file that shows what happened, for a browser",
    examples: [
      "macp report",
      "macp report --since 7d --out report.html",
      "macp report --json",
    ],
    options: [
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "From when on: a duration (30m, 24h, 7d) or an RFC 3339 time (all that is left)",
      },
      {
        name: "out",
        kind: "text",
        value: "FILE",
        completes: { kind: "files" },
        help: "The file, .html (.mosaic/orchestrator/report.html); - is standard output",
      },
    ],
    notes: [
      "The file needs nothing else and asks nothing of the network. A report that is there is replaced; a file that is none is left alone. With --json the data is printed, and a file is written only where --out names one.",
    ],
    load: () => import("../commands/report.ts"),
  },
];
