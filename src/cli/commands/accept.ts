/**
 * `macp accept`
 *
 * @module
 */
import { acceptTask, type EndedAcceptance } from "../../people/accept.ts";
import { planAccept } from "../../people/plan_accept.ts";
import { isRecord } from "../../protocol/events.ts";
import { isQuestion } from "../../protocol/outcomes.ts";
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
  const allowEmpty = args.flag("allow-empty");
  if (args.flag("dry-run")) return await showPlan(invocation, repository, { id, allowEmpty });
  const progress = await createProgress(invocation, repository);
  const context = { ...repository, world, onEvent: progress.event, onNote: progress.note };
  try {
    const { result: ended, stopped } = await untilStopped(
      terminal,
      (stop) =>
        acceptTask({ ...context, git: repository.git.until(stop) }, id, {
          allowEmpty,
          signal: stop,
        }),
    );
    await progress.end();
    const exitCode = ended === null
      ? stopped ?? exitCodes.needsHuman
      : ended.status === "completed"
      ? exitCodes.done
      : ended.status === "failed"
      ? exitCodes.workFailed
      : exitCodes.needsHuman;
    summarize(invocation, repository, { id, ended, exitCode });
    return exitCode;
  } finally {
    await progress.end();
  }
}

async function showPlan(
  { output, world }: Invocation,
  repository: OpenRepository,
  { id, allowEmpty }: { id: string; allowEmpty: boolean },
): Promise<number> {
  const context = { ...repository, world, onEvent: () => {}, onNote: () => {} };
  const { worktree, exists, branch, gates } = await planAccept(context, id, { allowEmpty });
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

/** What the task is now, why, and what to do next. */
function summarize(
  { output }: Invocation,
  { store }: OpenRepository,
  { id, ended, exitCode }: { id: string; ended: EndedAcceptance | null; exitCode: number },
): void {
  const raw = store.readQueue().find(id);
  const known = isRecord(raw) ? raw : {};
  const { status = null, outcome = null, reason = null } = { ...known, ...ended };
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
  const asks = isQuestion(known.outcome);
  if (asks && ended !== null) {
    output.note(`its question is still open: ${oneLine(String(known.reason ?? ""), 300)}`);
  }
  const reply = asks ? `macp reply ${word} "…" · ` : "";
  output.note(`next: macp logs ${word} · ${reply}macp accept ${word}`);
}
