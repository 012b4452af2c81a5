/**
 * What a person does to a task.
 *
 * @module
 */
import type { CommandSpec } from "../command.ts";
import { anyTask, busyQueue, dryRun, interrupted, tasksThatAre } from "./shared.ts";

/** The commands, in the order of the help. */
export const act: readonly CommandSpec[] = [
  {
    name: "reply",
    summary: "Answer an escalated task, and queue it again with the answer in its brief",
    meant: ["answer", "respond"],
    positional: "ID [TEXT]",
    completes: [tasksThatAre("escalated")],
    examples: [
      'macp reply TASK-1 "Use the second design"',
      "macp reply TASK-1 --file answer.md",
      "git diff | macp reply TASK-1 -",
    ],
    options: [
      {
        name: "file",
        kind: "text",
        value: "FILE",
        completes: { kind: "files" },
        help: "Read the answer from a file",
      },
      dryRun,
    ],
    notes: ["Attempts count anew. The text - stands for standard input."],
    exits: { 4: busyQueue },
    load: () => import("../commands/reply.ts"),
  },
  {
    name: "accept",
    summary: "Run the gates on what a person or another agent left; green completes",
    positional: "ID",
    completes: [tasksThatAre("escalated", "failed")],
    examples: [
      "macp accept TASK-1",
      "macp accept TASK-1 --dry-run",
      "macp accept TASK-1 --allow-empty",
    ],
    options: [
      {
        name: "allow-empty",
        kind: "flag",
        help: "Let it complete without any change; gates run all the same",
      },
      dryRun,
    ],
    notes: [
      "For tasks that escalated, were handed over or failed. What is uncommitted in the worktree is committed to the task's branch; a worktree that was removed is brought back first. It works beside a controller, and no attempt is spent. Red gates leave the worktree as it is, and exit 3. A task that asked something or was handed over, and for which nothing was done, is not accepted without --allow-empty; a question stays open until it is answered.",
    ],
    exits: {
      1: "the work failed all the same",
      3: "gates are red, the merge conflicts, or nothing was done: the worktree is as it was left",
      4: busyQueue,
      130: interrupted,
    },
    environment: ["HOME", "PATH", "XDG_RUNTIME_DIR"],
    load: () => import("../commands/accept.ts"),
  },
  {
    name: "land",
    summary: "Merge a completed task into a local branch, only when gates on the merge are green",
    meant: ["merge"],
    positional: "ID",
    completes: [tasksThatAre("completed")],
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
        help: "Local branch to land on; that of macp.base_ref, or what tasks start from, otherwise",
      },
      { name: "message", kind: "text", value: "TEXT", help: "Message of the merge commit" },
      dryRun,
    ],
    notes: [
      "It merges in a worktree of its own and runs the task's gates there; the branch is then fast-forwarded. Nothing is ever pushed, forced or resolved: conflicts, red gates and local changes in the way exit 3, a branch that moved meanwhile exits 4, and the branch stays as it was.",
      "Where the task's branch moved since its verdict, it says which commit was judged and which one lands. With macp.gate_files_policy block, files that decide what gates check and changed in between exit 3.",
      "Where the next tasks start from a branch of a remote that does not hold what landed, it says so on standard error.",
    ],
    exits: {
      3: "conflicts, red gates, gate files changed since the verdict or local changes in the way: the branch is as it was",
      4: "the branch moved meanwhile, or another program holds the queue",
      130: interrupted,
    },
    environment: [
      "GIT_AUTHOR_NAME",
      "GIT_AUTHOR_EMAIL",
      "GIT_LFS_SKIP_SMUDGE",
      "TMPDIR",
      "XDG_RUNTIME_DIR",
    ],
    load: () => import("../commands/land.ts"),
  },
  {
    name: "retry",
    summary: "Queue a task again that failed or escalated",
    meant: ["restart", "requeue"],
    positional: "ID",
    completes: [tasksThatAre("failed", "escalated", "pending")],
    examples: ["macp retry TASK-1"],
    options: [dryRun],
    notes: ["Attempts count anew. A task in back-off is retried at once."],
    exits: { 4: busyQueue },
    load: () => import("../commands/retry.ts"),
  },
  {
    name: "cancel",
    summary: "End a task: a pending one at once, a running one within a second",
    meant: ["kill", "stop", "abort", "rm", "remove", "delete"],
    positional: "ID",
    completes: [tasksThatAre("pending", "running", "gated")],
    examples: ["macp cancel TASK-1"],
    options: [dryRun],
    exits: { 4: busyQueue },
    load: () => import("../commands/cancel.ts"),
  },
  {
    name: "restore",
    summary: "Bring a task's worktree back, with the changes that it held",
    positional: "ID",
    completes: [anyTask],
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
      "Work in it, then: macp accept ID or macp retry ID; what is completed is neither accepted nor run again. Snapshots are the refs below refs/macp/snapshots/.",
    ],
    exits: {
      3: "changes conflict with the branch and stay pinned, or the worktree is there already, and not as the attempt that was named left it",
      4: busyQueue,
      130: interrupted,
    },
    load: () => import("../commands/restore.ts"),
  },
  {
    name: "clean",
    summary: "Remove worktrees of tasks that have ended, and mend what a crash left",
    meant: ["gc", "prune"],
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
    exits: { 4: busyQueue },
    load: () => import("../commands/clean.ts"),
  },
];
