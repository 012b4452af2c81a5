/**
 * What a person types next for a task that waits for one. Pure.
 *
 * @module
 */
import { isQuestion } from "../protocol/outcomes.ts";
import { shellWord } from "../protocol/text.ts";

/** One line to type. */
export interface NextCommand {
  command: string;
  /** What it does, in a few words. */
  why: string;
}

/** What the choice depends on. */
export interface NextFacts {
  id: string;
  outcome: string | null;
  /** Whether there is a log. */
  hasLog: boolean;
  /** Whether a branch or a snapshot holds work. */
  hasWork: boolean;
  /** Path of the worktree when it is there. */
  worktree: string | null;
  branch: string | null;
  /** Branches of the dependencies. */
  dependencies: readonly string[];
}

/** The line to type for a task that only waits for another. */
export function lookAt(id: string): NextCommand {
  return {
    command: `macp show ${shellWord(id)}`,
    why: "the task to look at: this one waits for it",
  };
}

/** The lines to type, in order. */
export function nextCommands(facts: NextFacts): NextCommand[] {
  const commands = commandsOf(facts);
  return [
    ...facts.hasLog ? [commands.logs] : [],
    ...stepsFor(facts, commands),
  ];
}

type Commands = ReturnType<typeof commandsOf>;

function commandsOf({ id, outcome }: NextFacts) {
  const word = shellWord(id);
  const asks = isQuestion(outcome);
  return {
    logs: { command: `macp logs ${word}`, why: "what it printed" },
    diff: { command: `macp diff ${word}`, why: "what it changed" },
    reply: {
      command: `macp reply ${word} "…"`,
      why: asks ? "answer it and queue it again" : "say what to do differently, and queue it again",
    },
    accept: { command: `macp accept ${word}`, why: "run the gates on the worktree as it is" },
    retry: { command: `macp retry ${word}`, why: "queue it again" },
    show: { command: `macp show ${word}`, why: "the whole evidence" },
    validate: { command: "macp validate", why: "what is wrong in tasks.json; mend it there" },
  };
}

function stepsFor(facts: NextFacts, commands: Commands): NextCommand[] {
  const { diff, reply, accept, retry, show, validate } = commands;
  const look = facts.hasWork ? [diff] : [];
  switch (facts.outcome) {
    case "needs_input":
      return [reply, ...byHand(facts, commands)];
    case "worker_escalated":
      return [...look, reply, ...byHand(facts, commands)];
    case "gate_failed":
    case "gate_broken":
      return [...look, ...byHand(facts, commands), reply, retry];
    case "baseline_red":
      return [{ ...retry, why: "after the gate is green on the base too" }, ...look, accept];
    case "gate_files_blocked":
      // Without any work of its own they are in the branch of a dependency.
      return facts.hasWork || facts.dependencies.length === 0
        ? [diff, { ...accept, why: "when these edits are wanted" }, reply]
        : [show, { ...retry, why: "when its dependency's branch is as it should be" }];
    case "handed_over":
      return [
        { command: `${show.command} --acp`, why: "what to hand to sessions_spawn" },
        { ...accept, why: "when that session is done" },
      ];
    case "merge_conflict":
      return resolveMerge(facts, commands);
    case "worktree_failed":
      return [show, {
        command: "macp clean --dry-run",
        why: "what stands in worktree_base, and why",
      }, retry];
    case "invalid_task":
      return [validate, { ...retry, why: "when it is mended" }];
    case "interrupted_accept":
      return [{ ...accept, why: "the last acceptance was cut short" }];
    case "cancelled":
      return [...look, retry];
    default:
      return [...look, ...byHand(facts, commands), retry];
  }
}

/** Mending what is there and having it accepted; nothing where no work is left. */
function byHand(
  { id, hasWork, worktree }: NextFacts,
  { accept }: Commands,
): NextCommand[] {
  if (worktree !== null) {
    return [{ command: `cd ${shellWord(worktree)}`, why: "mend it by hand, then:" }, accept];
  }
  if (!hasWork) return [];
  return [
    { command: `macp restore ${shellWord(id)}`, why: "bring its worktree back, mend it, then:" },
    accept,
  ];
}

/** macp never resolves a conflict: a person merges into the task's branch. */
function resolveMerge(
  { worktree, branch, dependencies }: NextFacts,
  { retry }: Commands,
): NextCommand[] {
  const enter = worktree !== null
    ? [{ command: `cd ${shellWord(worktree)}`, why: "its worktree" }]
    : branch !== null
    ? [{ command: `git switch ${shellWord(branch)}`, why: "its branch" }]
    : [];
  const merges = dependencies.map((name) => ({
    command: `git merge ${shellWord(name)}`,
    why: "resolve what conflicts, and commit",
  }));
  const back = worktree === null ? [{ command: "git switch -", why: "back again" }] : [];
  return [...enter, ...merges, ...back, retry];
}
