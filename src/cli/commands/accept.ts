/**
 * `macp accept`
 *
 * @module
 */
import { acceptTask } from "../../people/accept.ts";
import { planAccept } from "../../people/plan_accept.ts";
import { isRecord } from "../../protocol/events.ts";
import { oneLine, shellWord } from "../../protocol/text.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";
import { schemaVersion } from "../output.ts";
import { createProgress } from "../progress.ts";
import { untilStopped } from "../until_stopped.ts";

/** Accepts what was left of a task. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, terminal, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  requireTask(repository.store, id);
  if (args.flag("dry-run")) return await showPlan(invocation, repository, id);
  const progress = await createProgress(invocation, repository);
  const context = { ...repository, world, onEvent: progress.event, onNote: progress.note };
  try {
    const { result: ended, stopped } = await untilStopped(
      terminal,
      (stop) => acceptTask({ ...context, git: repository.git.until(stop) }, id, stop),
    );
    await progress.end();
    const exitCode = ended === null
      ? stopped ?? exitCodes.needsHuman
      : ended.status === "completed"
      ? exitCodes.done
      : ended.status === "failed"
      ? exitCodes.workFailed
      : exitCodes.needsHuman;
    summarize(invocation, repository, { id, exitCode });
    return exitCode;
  } finally {
    await progress.end();
  }
}

async function showPlan(
  { output, world }: Invocation,
  repository: OpenRepository,
  id: string,
): Promise<number> {
  const context = { ...repository, world, onEvent: () => {}, onNote: () => {} };
  const { worktree, exists, branch, gates } = await planAccept(context, id);
  if (output.options.json) {
    output.json({ task_id: id, changed: false, worktree, exists, branch, gates });
    return exitCodes.done;
  }
  const place = worktree ?? repository.paths.repository;
  output.line(`would run ${gates.length} gates of ${oneLine(id)} in ${place}`);
  if (!exists) output.line(`would bring the worktree back first, with branch ${branch}`);
  for (const gate of gates) output.line(`  ${oneLine(gate, 200)}`);
  return exitCodes.done;
}

/** What the task is now, and what to do next. */
function summarize(
  { output }: Invocation,
  { store }: OpenRepository,
  { id, exitCode }: { id: string; exitCode: number },
): void {
  const raw = store.readQueue().find(id);
  const { status = null, outcome = null, reason = null } = isRecord(raw) ? raw : {};
  if (output.options.json) {
    output.jsonLine({
      schema_version: schemaVersion,
      summary: { id, status, outcome, reason, exit_code: exitCode },
    });
    return;
  }
  const word = shellWord(id);
  if (status === "completed") {
    output.note(`${oneLine(id)} is completed; land it with: macp land ${word}`);
    return;
  }
  output.note(`${oneLine(id)} is ${status}${reason ? `: ${oneLine(String(reason), 300)}` : ""}`);
  output.note(`next: macp logs ${word} · macp accept ${word}`);
}
