/**
 * `macp show`
 *
 * @module
 */
import { worktreeOf } from "../../people/inbox.ts";
import { findHolder, isLanded } from "../../people/plan_land.ts";
import { workerAttempt } from "../../logs/log_heading.ts";
import type { TaskResult } from "../../protocol/generated/types.ts";
import { isTerminal } from "../../protocol/outcomes.ts";
import { kindOfResult } from "../../protocol/result_kind.ts";
import type { Settings } from "../../protocol/settings.ts";
import { type RawTask, statusOf } from "../../protocol/task.ts";
import { oneLine } from "../../protocol/text.ts";
import type { Queue } from "../../store/queue.ts";
import type { Files } from "../../sys/files.ts";
import type { Invocation } from "../command.ts";
import { printResult } from "../describe_result.ts";
import { printNext, printTask } from "../describe_task.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords, removesResults, type TaskRecords, whatLogIsOf } from "../find_result.ts";
import { flowFor } from "../flow.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";
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
      warnings: [...records.damaged, ...doubtsOf(records)],
    });
    return exitCodes.done;
  }
  const named = records.result?.worktree ?? null;
  const phase = named === null ? undefined : state.worktrees[named]?.phase;
  // Nobody should work in one that is made or removed, or where that was cut short.
  const isHalf = phase === "adding" || phase === "removing";
  const usual = isHalf ? null : named;
  const place = worktreeOf(state, id) ?? usual;
  const worktree = place !== null && world.files.stat(place)?.kind === "folder" ? place : null;
  const about = { queue: store.readQueue(), id, raw };
  const heldBy = await findUnrecorded(repository, about);
  const now = world.clock.now();
  printTask(output, id, raw, { now, flow: await flowFor(invocation.terminal) });
  // What changed nothing is in every branch: there is nothing to tell.
  const isEmpty = records.result?.metadata?.commits === 0;
  if (heldBy !== null && !isEmpty) output.line(`landed: already in ${oneLine(heldBy)}`);
  for (const doubt of doubtsOf(records)) output.line(`warning: ${oneLine(doubt, 400)}`);
  printRecords(output, records, { raw, settings, worktree, isHalf, files: world.files, now });
  printNext(output, { ...about, records, worktree, heldBy });
  return exitCodes.done;
}

/** What does not fit together in what can be read, a sentence each. */
function doubtsOf({ stranger, contradiction }: TaskRecords): string[] {
  return [stranger, contradiction].filter((doubt) => doubt !== null);
}

/** The branch that holds the task's work without a record of its landing, or null. */
async function findUnrecorded(
  { git, settings }: OpenRepository,
  { queue, id, raw }: { queue: Queue; id: string; raw: RawTask },
): Promise<string | null> {
  if (statusOf(raw) !== "completed" || isLanded(raw)) return null;
  return await findHolder({ git, queue, id, baseRef: settings.macp.base_ref });
}

/** Prints what is on disk of a task's attempts. */
function printRecords(
  output: Output,
  { result, resultPath, attempts, damaged, stranger, logs, prunedLogs }: TaskRecords,
  { raw, settings, worktree, isHalf, files, now }: {
    raw: RawTask;
    settings: Settings;
    worktree: string | null;
    isHalf: boolean;
    files: Files;
    now: number;
  },
): void {
  if (result) {
    const isReady = worktree !== null && worktree === result.worktree;
    const half = isHalf && files.lstat(result.worktree ?? "") !== null ? "half" : "gone";
    // What is to run again has not ended: the result is that of before.
    if (!isTerminal(statusOf(raw) ?? "failed")) output.line("last attempt:");
    printResult(output, result, {
      resultPath,
      worktree: isReady ? "ready" : half,
      now,
    });
  } else {
    if (worktree !== null) output.line(`worktree: ${worktree}`);
    const isGone = damaged.length === 0 && stranger === null && removesResults(settings);
    if (isGone && isTerminal(statusOf(raw) ?? "pending")) {
      output.line("result: none is left; macp.retention removes old ones");
    }
  }
  for (const why of damaged) output.line(`result: ${oneLine(why, 400)}`);
  if (damaged.length > 0) {
    output.line("  macp wrote it whole; macp validate tells all that is wrong with it now");
  }
  for (const attempt of attempts) printAttempt(output, attempt);
  if (prunedLogs > 0) {
    output.line(`logs up to attempt ${prunedLogs}: removed by retention (macp.retention)`);
  }
  for (const { serial, path } of logs) {
    const what = whatLogIsOf(files, path);
    output.line(`log ${serial}${what === null ? "" : ` (${what})`}: ${path}`);
  }
}

function printAttempt(output: Output, result: TaskResult): void {
  const { attempt, max_attempts, metadata, error } = result;
  const kind = kindOfResult(result);
  const name = kind === "worker"
    ? workerAttempt({ attempt: attempt ?? "?", of: max_attempts ?? "?" })
    : kind === "acceptance"
    ? kind
    : "no attempt";
  const serial = kind === "none" ? "" : ` (serial ${metadata?.attempt_serial ?? "unknown"})`;
  const why = error ? `: ${oneLine(error, 400)}` : "";
  output.line(`${name}${serial}: ${metadata?.outcome ?? "unknown"}${why}`);
}
