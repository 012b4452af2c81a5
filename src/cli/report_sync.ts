/**
 * What `macp sync` tells.
 *
 * @module
 */
import type { FieldChange, SyncPlan } from "../sync/sync.ts";
import type { WriteBackPlan } from "../sync/write_back.ts";
import { isMacpAware } from "../protocol/task.ts";
import { oneLine } from "../protocol/text.ts";
import type { Output } from "./output.ts";
import type { TaskDocument } from "./task_document.ts";

/** What was planned, and what of it was wanted. */
export interface SyncReport {
  document: TaskDocument;
  plan: SyncPlan;
  back: WriteBackPlan;
  wants: { apply: boolean; writeBack: boolean; dryRun: boolean };
}

/** Tells what a sync did, or would do. */
export function reportSync(output: Output, report: SyncReport): void {
  const warnings = warningsOf(report);
  if (output.options.json) output.json(jsonOf(report, warnings));
  else printPlan(output, report);
  for (const warning of warnings) output.warn(warning);
}

function jsonOf(
  { document, plan, back, wants }: SyncReport,
  warnings: string[],
): Record<string, unknown> {
  const cells = back.edits.map(({ id, line, field, old, new: now }) => ({
    id,
    line,
    field,
    old,
    new: now,
  }));
  return {
    docs: document.name,
    applied: wants.apply && !wants.dryRun,
    wrote_back: wants.writeBack && !wants.dryRun,
    added: plan.added,
    changed: plan.changed,
    unchanged: plan.unchanged,
    skipped: plan.skipped,
    // Cells that say something else than the queue.
    cells,
    warnings,
  };
}

function printPlan(output: Output, { document, plan, back, wants }: SyncReport): void {
  const { added, changed, unchanged, skipped } = plan;
  for (const { id, task } of added) {
    const kind = isMacpAware(task) ? String(task.dispatch) : "legacy";
    output.line(
      `${output.paint("green", "+")} ${id}: ${shown(task.title)} (${task.status}, ${kind})`,
    );
  }
  for (const { id, changes } of changed) {
    output.line(`${output.paint("yellow", "~")} ${id}`);
    for (const change of changes) output.line(`    ${describe(change)}`);
  }
  for (const { id, line, reason } of skipped) {
    output.line(`${output.paint("dim", "·")} ${id} (line ${line}) skipped: ${oneLine(reason)}`);
  }
  const applied = wants.apply && !wants.dryRun;
  const counts = [`add ${added.length}`, `change ${changed.length}`];
  const rest = `${unchanged.length} unchanged, ${skipped.length} skipped`;
  output.note(
    applied
      ? `added ${added.length}, changed ${changed.length}; ${rest}`
      : `would ${counts.join(", ")}; ${rest}`,
  );
  if (wants.writeBack) printCells(output, document, back, wants.dryRun);
  const isOpen = added.length + changed.length > 0;
  if (!wants.apply && isOpen) output.note("Nothing was queued; to do it, add --apply");
  if (!wants.writeBack && back.edits.length > 0) {
    output.note(`${cellCount(back)} of the table lag behind the queue; --write-back sets them`);
  }
}

function printCells(
  output: Output,
  { name }: TaskDocument,
  back: WriteBackPlan,
  dryRun: boolean,
): void {
  for (const { id, line, field, old, new: now } of back.edits) {
    output.line(
      `${output.paint("yellow", "~")} ${name}:${line}: ${id}: ${
        describe({ field, old, new: now })
      }`,
    );
  }
  const wrote = dryRun ? "would write" : "wrote";
  output.note(
    back.edits.length > 0 ? `${wrote} ${cellCount(back)} of ${name}` : `${name} is up to date`,
  );
}

function cellCount({ edits }: WriteBackPlan): string {
  return `${edits.length} ${edits.length === 1 ? "cell" : "cells"}`;
}

function warningsOf({ document, plan, back, wants }: SyncReport): string[] {
  const { name, further, nameless } = document;
  const ids = plan.added.filter(({ task }) => task.dispatch === "exec" && !task.command)
    .filter(({ task }) => task.status === "pending").map(({ id }) => id);
  return [
    ...nameless.map((line) => `${name}:${line}: the row has no id and was passed over`),
    ...further.map((line) =>
      `${name}:${line}: another table with id and status; only the first is read`
    ),
    ...(wants.writeBack
      ? back.missing.map(({ id, line, field }) =>
        `${name}:${line}: the row of ${id} has no cell for ${field}`
      )
      : []),
    ...(ids.length > 0
      ? [`no command yet for dispatch exec: ${ids.join(", ")}; add a column command`]
      : []),
  ];
}

function describe({ field, old, new: now }: FieldChange): string {
  return `${field}: ${shown(old)} → ${shown(now)}`;
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length > 0 ? shown(value.join(", ")) : "—";
  return value === null || value === "" ? "—" : oneLine(String(value), 100);
}
