/**
 * `macp sync`
 *
 * @module
 */
import { changesOf, planSync, type SyncPlan } from "../../sync/sync.ts";
import { applyEdits, planWriteBack } from "../../sync/write_back.ts";
import type { View } from "../../store/store.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { type OpenRepository, openRepository } from "../open_repository.ts";
import { reportSync } from "../report_sync.ts";
import {
  readTaskDocument,
  tableError,
  type TaskDocument,
  writeTaskDocument,
} from "../task_document.ts";

/** Shows what a table of tasks changes in the queue; with `--apply` changes it. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const root = repository.paths.repository;
  const document = readTaskDocument(world, root, args.text("docs") ?? "docs/TASKS.md");
  const wants = {
    apply: args.flag("apply"),
    writeBack: args.flag("write-back"),
    dryRun: args.flag("dry-run"),
  };
  const plan = await syncQueue(invocation, repository, document);
  const written = { columns: document.table.columns, rows: document.rows };
  const redact = (text: string) => repository.redactor.text(text);
  const back = planWriteBack(written, repository.store.readQueue(), redact);
  if (wants.writeBack && !wants.dryRun && back.edits.length > 0) {
    writeTaskDocument(world, root, document, applyEdits(document.text, back.edits));
  }
  reportSync(output, { document, plan, back, wants });
  if (wants.apply && !wants.dryRun && !repository.settings.enabled) {
    output.warn("the queue is not enabled; run: macp init --enable");
  }
  return exitCodes.done;
}

/** Plans, and with `--apply` changes the queue. */
async function syncQueue(
  { args, world }: Invocation,
  { store }: OpenRepository,
  { name, rows }: TaskDocument,
): Promise<SyncPlan> {
  const planned = (view: View) => {
    const plan = planSync(rows, view, name);
    if (plan.faults.length > 0) throw tableError(name, plan.faults);
    return plan;
  };
  const shown = planned({ queue: store.readQueue(), state: store.readState() });
  const changes = ({ added, changed }: SyncPlan) => added.length + changed.length > 0;
  if (!args.flag("apply") || args.flag("dry-run") || !changes(shown)) return shown;
  const now = world.clock.now();
  return await store.change((view) => {
    const plan = planned(view);
    const change = changes(plan) ? changesOf(plan, view.queue, { source: name, now }) : null;
    return { change, result: plan };
  });
}
