/**
 * Every command, in the order of the help.
 *
 * @module
 */
import type { CommandSpec, OptionSpec } from "./command.ts";

const dryRun: OptionSpec = {
  name: "dry-run",
  kind: "flag",
  help: "Say what would change, and change nothing",
};
const jobs: OptionSpec = {
  name: "jobs",
  kind: "number",
  short: "j",
  value: "N",
  help: "Attempts at once (macp.jobs, 1)",
};
const noWaitHolds: OptionSpec = {
  name: "no-wait-holds",
  kind: "flag",
  help: "End with 3 instead of waiting for a runtime that a usage limit holds",
};
const taskId: OptionSpec = { name: "task-id", kind: "text", value: "ID", help: "Only this task" };
const since: OptionSpec = {
  name: "since",
  kind: "text",
  value: "WHEN",
  help: "Only newer ones: a duration (30m, 24h, 7d) or an RFC 3339 time",
};

/** Every command. */
export const commands: readonly CommandSpec[] = [
  {
    name: "init",
    summary: "Create .mosaic/orchestrator/ in a repository",
    examples: ["macp init --enable", "macp init"],
    options: [
      { name: "enable", kind: "flag", help: "Arm it: run and drain may start work" },
      dryRun,
    ],
    notes: ["What exists already stays as it is; --enable then arms the configuration."],
    load: () => import("./commands/init.ts"),
  },
  {
    name: "submit",
    summary: "Add a task to the queue",
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
        kind: "text",
        value: "HOW",
        choices: ["yolo", "acp", "exec"],
        help: "exec with --command, yolo with --brief, else macp.default_dispatch",
      },
      {
        name: "runtime",
        kind: "text",
        value: "NAME",
        help: "Agent runtime: codex, claude, opencode",
      },
      {
        name: "brief",
        kind: "text",
        value: "FILE",
        help: "Markdown brief, relative to the repository",
      },
      {
        name: "command",
        kind: "text",
        value: "SHELL",
        help: "Command of the worker, run by sh -c",
      },
      { name: "branch", kind: "text", value: "NAME", help: "Branch; feat/<id>-<title> otherwise" },
      {
        name: "worktree",
        kind: "text",
        value: "DIR",
        help: "Worktree inside worktree_base; . is the repository itself",
      },
      {
        name: "depends-on",
        kind: "list",
        value: "ID",
        help: "Task that must be completed first (also ID,ID)",
      },
      {
        name: "gate",
        kind: "list",
        value: "SHELL",
        help: "Quality gate; replaces those of the configuration",
      },
      { name: "max-attempts", kind: "number", value: "N", help: "Attempts that may be spent" },
      { name: "timeout", kind: "number", value: "SECONDS", help: "Time for one attempt" },
      { name: "issue", kind: "text", value: "REF", help: "Issue reference, for example #42" },
      {
        name: "result-path",
        kind: "text",
        value: "FILE",
        help: "Result file, relative to .mosaic/orchestrator/",
      },
      { name: "metadata", kind: "text", value: "JSON", help: "Free object" },
      {
        name: "idempotency-key",
        kind: "text",
        value: "KEY",
        help: "The same key again adds nothing",
      },
      dryRun,
    ],
    load: () => import("./commands/submit.ts"),
  },
  {
    name: "sync",
    summary: "Take the table of docs/TASKS.md over into the queue",
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
    load: () => import("./commands/sync.ts"),
  },
  {
    name: "status",
    summary: "Show the queue: counts, tasks, what blocks what",
    examples: ["macp status", "macp status --task-id TASK-1", "macp status --json"],
    options: [taskId],
    load: () => import("./commands/status.ts"),
  },
  {
    name: "run",
    summary: "Run the queue: once, until drained, or for ever",
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
    load: () => import("./commands/run.ts"),
  },
  {
    name: "drain",
    summary: "Run the queue until nothing can run any more",
    examples: ["macp drain", "macp drain --jobs 2", "macp drain --json", "macp drain --dry-run"],
    options: [jobs, noWaitHolds, dryRun],
    load: () => import("./commands/drain.ts"),
  },
  {
    name: "show",
    summary: "Show one task: its result, its gates, its attempts",
    positional: "ID",
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
    load: () => import("./commands/show.ts"),
  },
  {
    name: "diff",
    summary: "Show what a task changed over its base",
    positional: "ID",
    examples: ["macp diff TASK-1", "macp diff TASK-1 | git apply --check"],
    options: [{ name: "stat", kind: "flag", help: "Only the files and counts" }],
    load: () => import("./commands/diff.ts"),
  },
  {
    name: "logs",
    summary: "Print what worker and gates of an attempt printed",
    positional: "ID",
    examples: ["macp logs TASK-1", "macp logs TASK-1 -f", "macp logs TASK-1 --attempt 1"],
    options: [
      { name: "follow", kind: "flag", short: "f", help: "Go on until the attempt ended" },
      {
        name: "attempt",
        kind: "number",
        value: "N",
        help: "Serial of the attempt; the newest otherwise",
      },
    ],
    load: () => import("./commands/logs.ts"),
  },
  {
    name: "history",
    summary: "Print events",
    examples: [
      "macp history",
      "macp history --task-id TASK-1",
      "macp history --type task.failed --since 24h --json",
      "macp history --delegations --since 24h",
    ],
    options: [
      taskId,
      { name: "type", kind: "list", value: "TYPE", help: "Only events of this type" },
      since,
      {
        name: "delegations",
        kind: "flag",
        help: "Print the log of delegations instead; --type is an event of it then",
      },
    ],
    load: () => import("./commands/history.ts"),
  },
  {
    name: "inbox",
    summary: "Show what waits for a person, and what to type next",
    examples: ["macp inbox", "macp inbox --json"],
    options: [],
    load: () => import("./commands/inbox.ts"),
  },
  {
    name: "retry",
    summary: "Queue a task again that failed or escalated",
    positional: "ID",
    examples: ["macp retry TASK-1"],
    options: [dryRun],
    notes: ["Attempts count anew. A task in back-off is retried at once."],
    load: () => import("./commands/retry.ts"),
  },
  {
    name: "cancel",
    summary: "End a task: a pending one at once, a running one within a second",
    positional: "ID",
    examples: ["macp cancel TASK-1"],
    options: [dryRun],
    load: () => import("./commands/cancel.ts"),
  },
  {
    name: "reply",
    summary: "Answer an escalated task, and queue it again with the answer in its brief",
    positional: "ID [TEXT]",
    examples: [
      'macp reply TASK-1 "Use the second design"',
      "macp reply TASK-1 --file answer.md",
      "git diff | macp reply TASK-1 -",
    ],
    options: [
      { name: "file", kind: "text", value: "FILE", help: "Read the answer from a file" },
      dryRun,
    ],
    notes: ["Attempts count anew. The text - stands for standard input."],
    load: () => import("./commands/reply.ts"),
  },
  {
    name: "accept",
    summary: "Run the gates on what a person or another agent left; green completes",
    positional: "ID",
    examples: ["macp accept TASK-1", "macp accept TASK-1 --dry-run"],
    options: [dryRun],
    notes: [
      "For tasks that escalated, were handed over or failed. What is uncommitted in the worktree is committed to the task's branch; a worktree that was removed is brought back first. It works beside a controller, and no attempt is spent. Red gates leave the worktree as it is, and exit 3.",
    ],
    load: () => import("./commands/accept.ts"),
  },
  {
    name: "land",
    summary: "Merge a completed task into a local branch, only when gates on the merge are green",
    positional: "ID",
    examples: [
      "macp land TASK-1",
      "macp land TASK-1 --into develop",
      "macp land TASK-1 --dry-run",
    ],
    options: [
      {
        name: "into",
        kind: "text",
        value: "BRANCH",
        help: "Local branch to land on; that of macp.base_ref otherwise",
      },
      { name: "message", kind: "text", value: "TEXT", help: "Message of the merge commit" },
      dryRun,
    ],
    notes: [
      "It merges in a worktree of its own and runs the task's gates there; the branch is then fast-forwarded. Nothing is ever pushed, forced or resolved: conflicts, red gates and local changes in the way exit 3, a branch that moved meanwhile exits 4, and the branch stays as it was.",
    ],
    load: () => import("./commands/land.ts"),
  },
  {
    name: "clean",
    summary: "Remove worktrees of tasks that have ended, and mend what a crash left",
    examples: ["macp clean --dry-run", "macp clean", "macp clean --all"],
    options: [
      {
        name: "all",
        kind: "flag",
        help: "Also those that wait for a person: of escalated tasks, and restored ones",
      },
      dryRun,
    ],
    notes: [
      "What a worktree holds is pinned first, and macp restore brings it back. Only what macp made is removed; each path gets a reason.",
    ],
    load: () => import("./commands/clean.ts"),
  },
  {
    name: "restore",
    summary: "Bring a task's worktree back, with the changes that it held",
    positional: "ID",
    examples: ["macp restore TASK-1", "macp restore TASK-1 --attempt 2"],
    options: [
      {
        name: "attempt",
        kind: "text",
        value: "N",
        help: "Files as attempt N left them; those of the newest snapshot otherwise",
      },
      dryRun,
    ],
    notes: [
      "Work in it, then: macp accept ID or macp retry ID. Snapshots are the refs below refs/macp/snapshots/.",
    ],
    load: () => import("./commands/restore.ts"),
  },
  {
    name: "watch",
    summary: "Deliver events to webhook, Discord, Slack, ntfy, a command and standard output",
    examples: ["macp watch", "macp watch --once", "macp watch --once --since 2h --slack"],
    options: [
      {
        name: "once",
        kind: "flag",
        help: "End when nothing more is to be delivered now, for cron",
      },
      { name: "webhook", kind: "flag", help: "Serve macp.webhook, enabled or not" },
      { name: "discord", kind: "flag", help: "Serve macp.discord, enabled or not" },
      { name: "slack", kind: "flag", help: "Serve macp.slack, enabled or not" },
      { name: "ntfy", kind: "flag", help: "Serve macp.ntfy, enabled or not" },
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "Send again what happened since, once, and move no cursor: 30m, 24h or RFC 3339",
      },
    ],
    notes: [
      "Each sink has a place of its own in the event file, which moves on once an event was " +
      "delivered, parked for a later try, or put among the dead letters. Events reach a sink at " +
      "least once and in the order of their task; each delivery carries the event_id.",
      "Without the address of a Discord channel its lines are printed here; with --json the " +
      "events themselves, one a line.",
      "What a sink does not take is tried again in later passes, for a day, and then lies among " +
      "its dead letters: that is no failure of watch, and macp status tells of it. Only with " +
      "--since the exit code is 1 when something did not arrive. A sink whose settings cannot be " +
      "used is told of, the others are served, and the exit code is 2.",
    ],
    load: () => import("./commands/watch.ts"),
  },
  {
    name: "redrive",
    summary: "Send what lies in the dead letters of a sink",
    positional: "SINK",
    examples: [
      "macp redrive webhook --dry-run",
      "macp redrive webhook",
      "macp redrive slack --since 24h",
    ],
    options: [
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "Only those that were put there since: a duration (30m, 24h, 7d) or an RFC 3339 time",
      },
      dryRun,
    ],
    notes: [
      "What arrives is taken out; what does not stays. Exit code 1 when something stayed.",
    ],
    load: () => import("./commands/redrive.ts"),
  },
  {
    name: "digest",
    summary: "Sum up what happened, for people; post it to Discord or Slack",
    examples: ["macp digest", "macp digest --since 7d --slack", "macp digest --json"],
    options: [
      {
        name: "since",
        kind: "text",
        value: "WHEN",
        help: "From when on: a duration (30m, 24h, 7d) or an RFC 3339 time (24h)",
      },
      { name: "discord", kind: "flag", help: "Post it to macp.discord, enabled or not" },
      { name: "slack", kind: "flag", help: "Post it to macp.slack, enabled or not" },
    ],
    notes: ["Exit code 1 when a post did not arrive; the digest is printed all the same."],
    load: () => import("./commands/digest.ts"),
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
        help: "The file, .html (.mosaic/orchestrator/report.html); - is standard output",
      },
    ],
    notes: [
      "The file needs nothing else and asks nothing of the network. A report that is there is replaced; a file that is none is left alone. With --json the data is printed, and a file is written only where --out names one.",
    ],
    load: () => import("./commands/report.ts"),
  },
  {
    name: "notify",
    summary: "Ring the doorbells by hand: Slack and ntfy, where they are enabled",
    positional: "KIND",
    examples: [
      'macp notify done --issue infra#42 --detail "Merged."',
      'macp notify needs-human --issue infra#42 --thread t-1 --detail "Which region?"',
      'macp notify frozen --issue infra#42 --detail "3 attempts failed" --dry-run',
    ],
    options: [
      { name: "issue", kind: "text", value: "REF", help: "What it is about, repo#42 (required)" },
      {
        name: "thread",
        kind: "text",
        value: "ID",
        help: "Conversation to link to, below macp.doorbell.base_url",
      },
      { name: "detail", kind: "text", value: "TEXT", help: "What to know (required)" },
      dryRun,
    ],
    notes: [
      "KIND is done, needs-human or frozen, and nothing else. Quiet hours do not hold it back. Exit code 1 when a doorbell did not ring, after as many further tries as its retry_count; 2 when the settings of one cannot be used: the others ring.",
    ],
    load: () => import("./commands/notify.ts"),
  },
  {
    name: "delegate",
    summary: "Ask an agent behind a gateway, and take its answer from a file",
    positional: "[AGENT] [TASK]",
    examples: [
      'macp delegate webster "Which of our dependencies are unmaintained?"',
      'macp delegate auditor "Review this plan" --context docs/PLAN.md --retries 2 --timeout 600',
      'macp delegate webster "Summarise RFC 9110" --no-wait',
      "macp delegate --collect orch-1763712000-1f2e3d4c --timeout 60",
      "macp delegate --list --caller manager",
    ],
    options: [
      { name: "wait", kind: "flag", help: "Wait for the answer, which is the rule" },
      { name: "no-wait", kind: "flag", help: "Print the run id once the task is sent" },
      {
        name: "timeout",
        kind: "text",
        value: "SECONDS",
        help: "Time to wait for the answer of one attempt (300)",
      },
      {
        name: "format",
        kind: "text",
        value: "FORM",
        choices: ["json", "text"],
        help: "json: the whole answer; text: its result alone (json)",
      },
      { name: "context", kind: "text", value: "FILE", help: "Text file that goes along" },
      {
        name: "no-deliver",
        kind: "flag",
        help: "Do not have the agent's words delivered to its channel",
      },
      {
        name: "run-id",
        kind: "text",
        value: "ID",
        help: "Name of the run and of its files; a new one otherwise",
      },
      { name: "retries", kind: "text", value: "N", help: "Attempts in all, 1 to 3 (1)" },
      { name: "validate", kind: "flag", help: "Hold the answer to the whole format: the rule" },
      { name: "no-validate", kind: "flag", help: "Take an answer with status and result" },
      { name: "workflow-id", kind: "text", value: "ID", help: "Workflow run, for tracing" },
      { name: "step-id", kind: "text", value: "ID", help: "Step of the workflow, for tracing" },
      {
        name: "caller",
        kind: "text",
        value: "AGENT",
        help: "Agent that asks; delegate.acl says whom it may ask",
      },
      {
        name: "channel-context",
        kind: "text",
        value: "CHANNEL",
        help: "Send the newest messages of a channel along, as untrusted text",
      },
      {
        name: "channel-messages",
        kind: "text",
        value: "N",
        help: "How many of them, 1 to 30 (20)",
      },
      {
        name: "collect",
        kind: "text",
        value: "RUN_ID",
        help: "Take the answer to an earlier question; nothing is sent",
      },
      { name: "list", kind: "flag", help: "Show the agents, who may ask them, and their health" },
      {
        name: "dry-run",
        kind: "flag",
        help: "Say what would be asked of which gateway, and ask nobody",
      },
    ],
    notes: [
      "Agents, who may ask whom, and where answers lie are settings: the block delegate. TASK as - stands for standard input.",
      "Exit code 0 when the answer is complete or partial, 1 for every other end, 2 when asked wrongly, 4 when another macp asks under the same run id.",
      "As the command of a queued task it takes agent and options from metadata.delegate, and the text from the brief.",
    ],
    load: () => import("./commands/delegate.ts"),
  },
  {
    name: "validate",
    summary: "Check files against their schemas",
    positional: "[FILE…]",
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
    load: () => import("./commands/validate.ts"),
  },
  {
    name: "doctor",
    summary: "Look whether all is well: programs, ledger, worktrees, sinks, agents, disk, secrets",
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
    load: () => import("./commands/doctor.ts"),
  },
  {
    name: "config",
    summary: "Print the settings in force",
    positional: "[KEY]",
    examples: ["macp config", "macp config --show-origin", "macp config macp.base_ref"],
    options: [
      { name: "show-origin", kind: "flag", help: "Say where each value came from" },
      { name: "defaults", kind: "flag", help: "Print the defaults, without a repository" },
    ],
    load: () => import("./commands/config.ts"),
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
      help: "Where to make it; a temporary folder otherwise",
    }],
    load: () => import("./commands/demo.ts"),
  },
];

/** Finds a command by its name. */
export function findCommand(name: string): CommandSpec | undefined {
  return commands.find((command) => command.name === name);
}
