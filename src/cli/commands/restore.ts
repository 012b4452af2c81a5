/**
 * `macp restore`
 *
 * @module
 */
import { type RestoreReport, restoreTask } from "../../people/restore.ts";
import { statusOf } from "../../protocol/task.ts";
import { oneLine, shellWord } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import { usageError } from "../parse_arguments.ts";
import { untilStopped } from "../until_stopped.ts";

/** Brings the worktree of a task back. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, terminal, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  const raw = requireTask(repository.store, id);
  const attempt = args.text("attempt") ?? null;
  if (attempt !== null && !/^\d+(\.\d+)?$/.test(attempt)) {
    throw usageError(`Cannot restore attempt ${attempt} as it is no serial, for example 2 or 2.1`);
  }
  const dryRun = args.flag("dry-run");
  const context = { ...repository, world, onEvent: () => {}, onNote: output.note.bind(output) };
  const { result: report, stopped } = await untilStopped(
    terminal,
    (stop) =>
      restoreTask({ ...context, git: repository.git.until(stop) }, id, { attempt, dryRun }, stop),
  );
  if (report === null) {
    output.warn(`${oneLine(id)} was not brought back: interrupted`);
    return stopped ?? exitCodes.toolFailed;
  }
  const message = describe(id, report, { attempt, dryRun });
  const changed = !report.there && !dryRun;
  report.warnings.forEach((warning) => output.warn(warning));
  if (output.options.json) {
    const { path, branch, snapshotRef, conflict, warnings } = report;
    output.json({
      task_id: id,
      worktree: path,
      branch,
      snapshot_ref: snapshotRef,
      changed,
      conflict,
      warnings,
      message,
    });
  } else {
    output.note(message);
    if (changed) output.note(statusOf(raw) === "completed" ? nextOfCompleted(id) : next(id));
  }
  if (stopped !== null) return stopped;
  const isWanted = report.conflict === null && !isOfAnother(report, attempt);
  return isWanted ? exitCodes.done : exitCodes.needsHuman;
}

function describe(
  id: string,
  report: RestoreReport,
  { attempt, dryRun }: { attempt: string | null; dryRun: boolean },
): string {
  const { path, branch, snapshotRef, there, conflict } = report;
  const name = oneLine(id);
  const what = snapshotRef === null ? "as the branch is" : `with what ${snapshotRef} holds`;
  if (there) {
    const whose = report.leftBy === null ? "" : `, as attempt ${report.leftBy} left it`;
    const is = `${name} is there already${whose}: ${path}`;
    if (!isOfAnother(report, attempt)) return is;
    return `${is}; nothing of attempt ${attempt} was brought. macp clean --all pins and removes ` +
      `such worktrees, then: macp restore ${shellWord(id)} --attempt ${attempt}`;
  }
  if (conflict !== null) {
    return `${name} is back in ${path}, on branch ${branch}, without the changes that ${snapshotRef} holds`;
  }
  if (dryRun) return `would bring ${name} back to ${path}, on branch ${branch}, ${what}`;
  return `${name} is back in ${path}, on branch ${branch}, ${what}`;
}

/** Whether what stands there is not known to be what the attempt that was named left. */
function isOfAnother({ there, leftBy }: RestoreReport, attempt: string | null): boolean {
  return there && attempt !== null && attempt !== leftBy;
}

/** What completed is neither accepted nor run again. */
function nextOfCompleted(id: string): string {
  return `it is completed: macp land ${shellWord(id)} lands its branch as its gates judged it; ` +
    "further work is a task of its own (macp submit)";
}

function next(id: string): string {
  const word = shellWord(id);
  return `when you are done: macp accept ${word} runs the gates, macp retry ${word} queues it again`;
}
