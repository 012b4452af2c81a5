/**
 * `macp restore`
 *
 * @module
 */
import { type RestoreReport, restoreTask } from "../../people/restore.ts";
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
  requireTask(repository.store, id);
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
  const message = describe(id, report, dryRun);
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
    if (changed) output.note(next(id));
  }
  if (stopped !== null) return stopped;
  return report.conflict === null ? exitCodes.done : exitCodes.needsHuman;
}

function describe(
  id: string,
  { path, branch, snapshotRef, there, conflict }: RestoreReport,
  dryRun: boolean,
): string {
  const name = oneLine(id);
  const what = snapshotRef === null ? "as the branch is" : `with what ${snapshotRef} holds`;
  if (there) return `${name} is there already: ${path}`;
  if (conflict !== null) {
    return `${name} is back in ${path}, on branch ${branch}, without the changes that ${snapshotRef} holds`;
  }
  if (dryRun) return `would bring ${name} back to ${path}, on branch ${branch}, ${what}`;
  return `${name} is back in ${path}, on branch ${branch}, ${what}`;
}

function next(id: string): string {
  const word = shellWord(id);
  return `when you are done: macp accept ${word} runs the gates, macp retry ${word} queues it again`;
}
