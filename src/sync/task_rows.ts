/**
 * What the rows of a table of tasks say, and what is wrong with them.
 *
 * @module
 */
import type { Task } from "../protocol/generated/types.ts";
import { isBranchName, taskIdPattern } from "../protocol/names.ts";
import { columnName, type NamedTable, plainText, type TableCell } from "./tasks_table.ts";

/** Words of the column `status`. */
export const rowStatuses = [
  "not-started",
  "in-progress",
  "done",
  "blocked",
  "failed",
  "needs-qa",
] as const;

/** Status of a row. */
export type RowStatus = typeof rowStatuses[number];

/** Fields of a task that a table may set. */
export type RowField = typeof rowFields[number];

/** Fields of a task that a table may set, in the order in which they are told. */
export const rowFields = [
  "title",
  "description",
  "type",
  "dispatch",
  "runtime",
  "command",
  "branch",
  "issue",
  "depends_on",
] as const;

/** Columns that are read; others are left alone. */
const readColumns: readonly string[] = [...rowFields, "id", "status", "pr"];

/** Kinds of work and ways of dispatch, as a table may name them. */
const choices: Partial<Record<RowField, readonly string[]>> = {
  type: ["coding", "deploy", "research", "review", "documentation", "infrastructure"],
  dispatch: ["yolo", "acp", "exec"],
};

/** A row of the table. */
export interface TaskRow {
  id: string;
  line: number;
  status: RowStatus;
  /** What the columns of the table say; undefined is an empty cell. */
  fields: Partial<Record<RowField, string | string[] | undefined>>;
  pr: string | null;
  /** Its cells, by the name of the column. */
  cells: Readonly<Record<string, TableCell>>;
}

/** Something wrong in a table. */
export interface RowFault {
  line: number;
  column: number;
  /** Name of the column. */
  field: string;
  value: string;
  /** What is wrong, for example `is none of …`. */
  problem: string;
}

/** The rows of a table. */
export interface ReadRows {
  rows: TaskRow[];
  faults: RowFault[];
  /** Lines of rows that have no id. */
  nameless: number[];
}

/** A fault of one cell. */
export function faultOf(cell: TableCell, field: string, problem: string): RowFault {
  const { line, column, text } = cell;
  return { line, column, field, value: text, problem };
}

/** Reads the rows. Those without any text are passed over. */
export function readRows(table: NamedTable): ReadRows {
  const faults = [
    ...table.doubled.filter(({ text }) => readColumns.includes(columnName(text)))
      .map((cell) => faultOf(cell, columnName(cell.text), "is the name of several columns")),
    ...table.overfull.map((cell) =>
      faultOf(cell, "—", "stands behind the last column; a bar inside a cell is written \\|")
    ),
  ];
  const nameless: number[] = [];
  const rows: TaskRow[] = [];
  for (const { line, cells } of table.rows) {
    const id = plainText(cells.id?.text ?? "");
    if (id !== "") rows.push(readRow(table, { line, cells }, id, faults));
    else if (Object.values(cells).some(({ text }) => text !== "")) nameless.push(line);
  }
  faults.push(...idFaults(rows));
  return { rows, faults: faults.sort((a, b) => a.line - b.line || a.column - b.column), nameless };
}

function readRow(
  { columns }: NamedTable,
  { line, cells }: { line: number; cells: Readonly<Record<string, TableCell>> },
  id: string,
  faults: RowFault[],
): TaskRow {
  const textOf = (name: string) => cells[name]?.text ?? "";
  const fields: TaskRow["fields"] = {};
  for (const field of rowFields) {
    if (!columns[field]) continue;
    fields[field] = fieldValue(field, textOf(field));
    const problem = fieldProblem(field, fields[field]);
    if (problem !== null && cells[field]) faults.push(faultOf(cells[field], field, problem));
  }
  if (columns.title || columns.description) {
    fields.title = textOf("title") || textOf("description") || id;
  }
  const status = statusWord(textOf("status"));
  if (status === null) {
    const { column = 1, text = "" } = cells.status ?? {};
    const problem = `is none of ${rowStatuses.join(", ")}`;
    faults.push({ line, column, field: "status", value: text, problem });
  }
  const pr = plainText(textOf("pr")) || null;
  return { id, line, status: status ?? "blocked", fields, pr, cells };
}

/** The status that a cell names, in any case and with any kind of dash; null when none. */
export function statusWord(text: string): RowStatus | null {
  const word = plainText(text).toLowerCase().replaceAll(/[\s_-]+/g, "-");
  return rowStatuses.find((status) => status === word) ?? null;
}

/** Texts as they stand; names and words without code spans and bold marks. */
function fieldValue(field: RowField, text: string): string | string[] | undefined {
  if (text === "") return undefined;
  if (field === "depends_on") {
    const ids = text.split(",").map((id) => plainText(id.trim())).filter((id) => id !== "");
    return ids.length > 0 ? [...new Set(ids)] : undefined;
  }
  if (field === "title" || field === "description") return text;
  const plain = plainText(text);
  return choices[field] ? plain.toLowerCase() : plain;
}

function fieldProblem(field: RowField, value: string | string[] | undefined): string | null {
  if (typeof value !== "string") return null;
  const known = choices[field];
  if (known && !known.includes(value)) return `is none of ${known.join(", ")}`;
  if (field !== "branch" || isBranchName(value)) return null;
  return "is no name that git takes for a branch";
}

function idFaults(rows: readonly TaskRow[]): RowFault[] {
  const first = new Map<string, TaskRow>();
  return rows.flatMap((row) => {
    const { id, cells } = row;
    if (!cells.id) return [];
    if (!taskIdPattern.test(id)) {
      return [faultOf(cells.id, "id", `does not match ${taskIdPattern.source}`)];
    }
    const other = first.get(id.toLowerCase());
    if (!other) {
      first.set(id.toLowerCase(), row);
      return [];
    }
    const how = other.id === id
      ? "is the id of"
      : `differs in letter case only from ${other.id} in`;
    return [faultOf(cells.id, "id", `${how} line ${other.line} too`)];
  });
}

/** Status in the queue that a row asks for; null when it only tells of a state that people keep. */
export function queueStatusOf(status: RowStatus):
  | Extract<
    Task["status"],
    "pending" | "completed"
  >
  | null {
  if (status === "not-started" || status === "in-progress") return "pending";
  return status === "done" ? "completed" : null;
}

/**
 * Words of the table that mean a status of the queue; the first is written where none of
 * them stands. Each leaves the queue as it is when the table is read again.
 */
export const wordsFor: Readonly<Record<Task["status"], readonly RowStatus[]>> = {
  pending: ["not-started", "in-progress"],
  running: ["in-progress"],
  gated: ["in-progress", "needs-qa"],
  completed: ["done", "needs-qa"],
  failed: ["failed"],
  escalated: ["blocked", "needs-qa"],
};
