/**
 * Begin: a repository, and tasks in its queue.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { busyQueue, dryRun } from "./shared.ts";

/** The commands, in the order of the help. */
export const begin: readonly CommandSpec[] = [
  {
    name: "init",
    summary: "Create .mosaic/orchestrator/ in a repository",
    examples: ["macp init --enable", "macp init"],
    options: [
      { name: "enable", kind: "flag", help: "Arm it: run and drain may start work" },
      dryRun,
    ],
    notes: ["What exists already stays as it is; --enable then arms the configuration."],
    load: () => import("../commands/init.ts"),
  },
  {
    name: "submit",
    summary: "Add a task to the queue",
    meant: ["add", "new", "create", "enqueue"],
    examples: [
      'macp submit --task-id TASK-1 --title "Add a greeting" --type coding --command ./agent.sh --gate "npm test"',
      'macp submit --task-id TASK-2 --title "Use it" --command ./agent.sh --depends-on TASK-1 --max-attempts 2',
      'macp submit --task-id TASK-3 --title "Nightly" --command ./night.sh --idempotency-key night-2026-11-21',
    ],
    options: [
      { name: "task-id", kind: "text", value: "ID", help: "Id of the task (required)" },
      {
        name: "title",
        kind: "text",
        value: "TEXT",
        help: "What is to be done, in a line (required)",
      },
      { name: "description", kind: "text", value: "TEXT", help: "What is to be done, in full" },
      {
        name: "type",
        kind: "text",
        value: "TYPE",
        choices: ["coding", "deploy", "research", "review", "documentation", "infrastructure"],
        help: "Kind of work; a coding task must leave a commit",
      },
      {
        name: "dispatch",
        group: "The worker",
        kind: "text",
        value: "HOW",
        choices: ["yolo", "acp", "exec"],
        help: "exec with --command, yolo with --brief, else macp.default_dispatch",
      },
      {
        name: "runtime",
        group: "The worker",
        kind: "text",
        value: "NAME",
        completes: { kind: "runtimes" },
        help: "Agent runtime: codex, claude, opencode",
      },
      {
        name: "brief",
        group: "The worker",
        kind: "text",
        value: "FILE",
        completes: { kind: "files" },
        help: "Markdown brief, relative to the repository",
      },
      {
        name: "command",
        group: "The worker",
        kind: "text",
        value: "SHELL",
        help: "Command of the worker, run by sh -c",
      },
      {
        name: "branch",
        group: "Its place",
        kind: "text",
        value: "NAME",
        help: "Branch; feat/<id>-<title> otherwise",
      },
      {
        name: "worktree",
        group: "Its place",
        kind: "text",
        value: "DIR",
        completes: { kind: "folders" },
        help: "Worktree inside worktree_base; . is the repository itself",
      },
      {
        name: "depends-on",
        group: "Order, limits and gates",
        kind: "list",
        value: "ID",
        completes: { kind: "tasks" },
        help: "Task that must be completed first (also ID,ID)",
      },
      {
        name: "gate",
        group: "Order, limits and gates",
        kind: "list",
        value: "SHELL",
        help: "Quality gate, also several times; replaces those of the configuration",
      },
      {
        name: "max-attempts",
        group: "Order, limits and gates",
        kind: "number",
        value: "N",
        help: "Attempts that may be spent (worker.max_attempts, 1)",
      },
      {
        name: "timeout",
        group: "Order, limits and gates",
        kind: "seconds",
        value: "TIME",
        help: "Time for one attempt: seconds, or 90s, 10m, 1h (worker.timeout_seconds, 7200)",
      },
      {
        name: "issue",
        group: "More",
        kind: "text",
        value: "REF",
        help: "Issue reference, for example #42",
      },
      {
        name: "result-path",
        group: "Its place",
        kind: "text",
        value: "FILE",
        help: "Result file of its own, relative to .mosaic/orchestrator/",
      },
      {
        name: "metadata",
        group: "More",
        kind: "text",
        value: "JSON",
        help: "Free object",
      },
      {
        name: "idempotency-key",
        group: "More",
        kind: "text",
        value: "KEY",
        help: "The same key again adds nothing",
      },
      dryRun,
    ],
    exits: { 4: busyQueue },
    load: () => import("../commands/submit.ts"),
  },
  {
    name: "sync",
    summary: "Take the table of docs/TASKS.md over into the queue",
    meant: ["import"],
    examples: [
      "macp sync",
      "macp sync --apply",
      "macp sync --write-back",
      "macp sync --docs notes/PLAN.md --apply --json",
    ],
    options: [
      {
        name: "apply",
        kind: "flag",
        help: "Change the queue; otherwise only show what would change",
      },
      {
        name: "docs",
        kind: "text",
        value: "FILE",
        completes: { kind: "files" },
        help: "Document with the table, relative to the repository (docs/TASKS.md)",
      },
      {
        name: "write-back",
        kind: "flag",
        help: "Write status and pr of begun tasks into their cells of the table",
      },
      dryRun,
    ],
    notes: [
      "The first table with the columns id and status counts. Also read: title, description, depends_on, issue, type, dispatch, runtime, branch, command, pr.",
      "Status: not-started and in-progress are pending, done is completed; rows that are blocked, failed or needs-qa stay as the queue has them. A row without dispatch is a legacy task.",
    ],
    exits: { 4: busyQueue },
    load: () => import("../commands/sync.ts"),
  },
  {
    name: "demo",
    repository: false,
    summary: "Try it all in a throw-away repository",
    examples: ["macp demo"],
    options: [{
      name: "keep",
      kind: "text",
      value: "DIR",
      completes: { kind: "folders" },
      help: "Where to make it; a temporary folder otherwise",
    }],
    exits: { 1: "what came of the demo is not what it should be" },
    environment: ["TMPDIR"],
    load: () => import("../commands/demo.ts"),
  },
];
