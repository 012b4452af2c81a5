/**
 * `macp show`
 *
 * @module
 */
import { worktreeOf } from "../../people/inbox.ts";
import type { TaskResult } from "../../protocol/generated/types.ts";
import { isTerminal } from "../../protocol/outcomes.ts";
import type { Settings } from "../../protocol/settings.ts";
import { type RawTask, statusOf } from "../../protocol/task.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { printResult } from "../describe_result.ts";
import { printNext, printTask } from "../describe_task.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords, type TaskRecords } from "../find_result.ts";
import { flowFor } from "../flow.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import type { Output } from "../output.ts";
import { showHandover } from "../show_handover.ts";

/** Shows one task. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const { store, settings } = repository;
  const id = args.positional[0] ?? "";
  const raw = requireTask(store, id);
  if (args.flag("acp")) return await showHandover(invocation, repository, id, raw);
  const records = await findRecords(world, repository, id, raw);
  const state = store.readState();
  if (output.options.json) {
    output.json({
      task: raw,
      result: records.result,
      attempts: records.attempts,
      running: state.running[id] ?? null,
      logs: records.logs,
      logs_removed_up_to: records.prunedLogs || null,
    });
    return exitCodes.done;
  }
  const named = records.result?.worktree ?? null;
  const phase = named === null ? undefined : state.worktrees[named]?.phase;
  // Nobody should work in one that is made or removed, or where that was cut short.
  const usual = phase === "adding" || phase === "removing" ? null : named;
  const place = worktreeOf(state, id) ?? usual;
  const worktree = place !== null && world.files.stat(place)?.kind === "folder" ? place : null;
  const now = world.clock.now();
  printTask(output, id, raw, { now, flow: await flowFor(invocation.terminal) });
  printRecords(output, records, { raw, settings, worktree, now });
  printNext(output, { queue: store.readQueue(), id, raw, records, worktree });
  return exitCodes.done;
}

/** Prints what is on disk of a task's attempts. */
function printRecords(
  output: Output,
  { result, resultPath, attempts, logs, prunedLogs }: TaskRecords,
  { raw, settings, worktree, now }: {
    raw: RawTask;
    settings: Settings;
    worktree: string | null;
    now: number;
  },
): void {
  if (result) {
    const hasWorktree = worktree !== null && worktree === result.worktree;
    // What is to run again has not ended: the result is that of before.
    if (!isTerminal(statusOf(raw) ?? "failed")) output.line("last attempt:");
    printResult(output, result, { resultPath, hasWorktree, now });
  } else {
    if (worktree !== null) output.line(`worktree: ${worktree}`);
    if (hasLimit(settings) && isTerminal(statusOf(raw) ?? "pending")) {
      output.line("result: none is left; macp.retention removes old ones");
    }
  }
  for (const attempt of attempts) printAttempt(output, attempt);
  if (prunedLogs > 0) {
    output.line(`logs up to attempt ${prunedLogs}: removed by retention (macp.retention)`);
  }
  for (const log of logs) output.line(`log ${log.serial}: ${log.path}`);
}

/** Whether results are removed at all. */
function hasLimit({ macp: { retention } }: Settings): boolean {
  return retention.result_days !== null || retention.result_max_count !== null;
}

function printAttempt(output: Output, { metadata, error }: TaskResult): void {
  const serial = metadata?.attempt_serial ?? "?";
  output.line(
    `attempt ${serial}: ${metadata?.outcome ?? "unknown"}${
      error ? `: ${oneLine(error, 400)}` : ""
    }`,
  );
}
