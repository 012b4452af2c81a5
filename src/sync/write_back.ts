/**
 * What the queue writes into the cells of a table of tasks. Pure.
 *
 * @module
 */
import { isRecord } from "../protocol/events.ts";
import { statusWord, type TaskRow, wordsFor } from "./task_rows.ts";
import { statusOf } from "../protocol/task.ts";
import type { TableCell } from "./tasks_table.ts";
import { oneLine } from "../protocol/text.ts";
import type { Queue } from "../store/queue.ts";
import { hasStarted } from "./sync.ts";

/** A cell that gets another content. */
export interface CellEdit {
  id: string;
  line: number;
  field: "status" | "pr";
  old: string;
  new: string;
  /** What is replaced, and by what, padding included. */
  start: number;
  end: number;
  text: string;
}

/** What the queue writes back. */
export interface WriteBackPlan {
  edits: CellEdit[];
  /** Cells that a row is too short for. */
  missing: { id: string; line: number; field: string }[];
}

/** A table, as far as it is written. */
export interface WrittenTable {
  columns: Readonly<Record<string, TableCell>>;
  rows: readonly TaskRow[];
}

/** Longest text of a cell, in characters. */
const cellLength = 400;

/**
 * What the queue writes into the columns `status` and `pr`, as far as the table has them.
 * A task that was never begun leaves its row alone: there the table has the word.
 *
 * @param redact Takes secrets out of what a worker named as its pull request.
 */
export function planWriteBack(
  { columns, rows }: WrittenTable,
  queue: Queue,
  redact: (text: string) => string,
): WriteBackPlan {
  const plan: WriteBackPlan = { edits: [], missing: [] };
  const isLinedUp = (name: string) =>
    isAligned([columns[name], ...rows.map(({ cells }) => cells[name])]);
  const aligned = { status: isLinedUp("status"), pr: isLinedUp("pr") };
  const write = (row: TaskRow, field: CellEdit["field"], content: string) => {
    const { id, line } = row;
    const cell = row.cells[field];
    if (!cell) plan.missing.push({ id, line, field });
    else if (cell.raw.trim() !== content) {
      const text = padded(cell.raw, content, aligned[field]);
      const { start, end } = cell;
      plan.edits.push({ id, line, field, old: cell.text, new: content, start, end, text });
    }
  };
  for (const row of rows) {
    const raw = queue.find(row.id);
    const status = statusOf(raw);
    const words = status === null ? [] : wordsFor[status];
    const says = statusWord(row.cells.status?.text ?? "");
    if (hasStarted(raw) && words[0] && !words.some((word) => word === says)) {
      write(row, "status", words[0]);
    }
    const pr = isRecord(raw) && typeof raw.pr === "string" ? cellText(redact(raw.pr)) : "";
    if (columns.pr && /[^\s–—-]/.test(pr)) write(row, "pr", pr);
  }
  return plan;
}

/** The text with the cells replaced; all else stays as it is. */
export function applyEdits(text: string, edits: readonly CellEdit[]): string {
  let done = 0;
  const pieces: string[] = [];
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    pieces.push(text.slice(done, edit.start), edit.text);
    done = edit.end;
  }
  return pieces.join("") + text.slice(done);
}

/** A text that cannot leave its cell: on one line, bars escaped, no comment or tag begun. */
function cellText(text: string): string {
  const line = oneLine(text, cellLength).replaceAll(/\\*\|/g, "\\|").replaceAll("<", "&lt;");
  return line.replace(/\\+$/, "");
}

/** Whether texts of several lengths fill one width, so that someone lined them up. */
function isAligned(cells: readonly (TableCell | undefined)[]): boolean {
  const present = cells.filter((cell) => cell !== undefined);
  const widths = new Set(present.map(({ raw }) => raw.length));
  return widths.size === 1 && new Set(present.map(({ raw }) => raw.trim().length)).size > 1;
}

/** The content with the padding of what stood there; where cells line up, of its width. */
function padded(raw: string, content: string, keepsWidth: boolean): string {
  const isEmpty = raw.trim() === "";
  const lead = isEmpty ? " " : raw.slice(0, raw.length - raw.trimStart().length);
  const trail = isEmpty ? " " : raw.slice(raw.trimEnd().length);
  if (!keepsWidth) return lead + content + trail;
  const room = raw.length - content.length;
  // Text that stands at the right keeps its distance from the right bar.
  if (trail.length <= 1 && lead.length > 1) {
    return " ".repeat(Math.max(1, room - trail.length)) + content + trail;
  }
  const least = Math.min(1, trail.length);
  return lead + content + " ".repeat(Math.max(least, room - lead.length));
}
