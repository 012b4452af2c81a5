/**
 * The document that holds the table of tasks: read, and written back.
 *
 * @module
 */
import { resolve } from "@std/path";
import { isBelow } from "../sys/real_path.ts";
import { MacpError } from "../protocol/errors.ts";
import { type ReadRows, readRows, type RowFault } from "../sync/task_rows.ts";
import { findTasksTable, type NamedTable } from "../sync/tasks_table.ts";
import { atomicWrite } from "../store/atomic_write.ts";
import { readText } from "../store/read_json.ts";
import type { FileStat } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { usageError } from "./parse_arguments.ts";

/** A document with a table of tasks. */
export interface TaskDocument extends Pick<ReadRows, "rows" | "nameless"> {
  /** As the user named it. */
  name: string;
  path: string;
  text: string;
  /** What the file was when it was read. */
  stat: FileStat | null;
  table: NamedTable;
  /** Lines of further tables of tasks, which are not read. */
  further: number[];
}

/**
 * Reads a document, its name relative to the repository.
 *
 * Throws `MacpError` of kind usage when there is no such file, no table of tasks in it, or
 * a cell is wrong.
 */
export function readTaskDocument(
  { files }: World,
  repository: string,
  name: string,
): TaskDocument {
  const path = resolve(repository, name);
  const stat = files.stat(path);
  const text = readText(files, path);
  if (text === null) {
    throw usageError(`Cannot sync ${name} as it does not exist`, [
      "Name the document with --docs FILE, relative to the repository",
    ]);
  }
  const { table, further } = findTasksTable(text);
  if (table === null) {
    throw usageError(`Cannot sync ${name} as it holds no table with the columns id and status`, [
      "Such a table begins with: | id | status | title | depends_on |",
      "Name another document with --docs FILE",
    ]);
  }
  const { rows, faults, nameless } = readRows(table);
  if (faults.length > 0) throw tableError(name, faults);
  return { name, path, text, stat, table, rows, nameless, further };
}

/** The error that lists what is wrong in a table. */
export function tableError(name: string, faults: readonly RowFault[]): MacpError {
  const count = faults.length === 1 ? "a cell is wrong" : `${faults.length} cells are wrong`;
  const { line = 0, column = 0 } = faults[0] ?? {};
  return new MacpError("usage", `Cannot sync as ${count}: ${name}:${line}:${column}`, {
    code: "table_invalid",
    details: faults.map((fault) =>
      `${name}:${fault.line}:${fault.column}: ${fault.field}: ` +
      `${JSON.stringify(fault.value)} ${fault.problem}`
    ),
    hints: ["Nothing was changed; mend the table and call again"],
  });
}

/**
 * Replaces a document in one step, keeping its mode, through a link that stays inside the
 * repository.
 *
 * Throws `MacpError` when it lies outside, or changed since it was read; then it is as it was.
 */
export function writeTaskDocument(
  world: World,
  repository: string,
  { name, path, text, stat }: TaskDocument,
  written: string,
): void {
  const { files } = world;
  if (!isBelow(files.realPath(path), files.realPath(repository))) {
    throw usageError(`Cannot write ${name} as it lies outside the repository`, [
      "Call again without --write-back",
    ]);
  }
  const stillWanted = () => {
    const now = files.stat(path);
    return now !== null && stat !== null && now.inode === stat.inode && now.size === stat.size &&
      now.mtimeMs === stat.mtimeMs && files.readText(path) === text;
  };
  if (atomicWrite(world, path, written, { followLink: true, stillWanted })) return;
  throw new MacpError("failure", `Cannot write ${name} as it changed meanwhile`, {
    code: "docs_changed",
    hints: ["It was left as it is; call again"],
  });
}
