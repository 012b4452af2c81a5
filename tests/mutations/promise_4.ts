/**
 * macp ends processes and deletes files only where they are its own.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which something is ended or deleted that is somebody else's. */
export const harmsOthers: readonly Mutation[] = [
  {
    promise: 4,
    module: "process/family.ts",
    why: "a process is ended that only has the pid of a worker",
    find: "if (row?.start_time === known.start_time) add(row);",
    replace: "if (row !== undefined) add(row);",
    tests: [{ file: "lost_controller_test.ts", filter: "whose start time it cannot match" }],
  },
  {
    promise: 4,
    module: "process/find_attempt_processes.ts",
    why: "a person's shell is ended that has a copy of a worker's environment",
    find: "? others.filter((row) => isBelow(limitOf(row), ceiling))",
    replace: "? others",
    tests: [{ file: "processes_test.ts", filter: "leaves a person's shell alone" }],
  },
  {
    promise: 4,
    module: "dispatcher/check_place.ts",
    why: "a folder that somebody else made is taken for the worktree of a task",
    find: "files.lstat(real) !== null && ownerOf(real) !== taskId",
    replace: "files.lstat(real) !== null && ![null, taskId].includes(ownerOf(real))",
    tests: [{ file: "worktree_test.ts", filter: "An empty folder of somebody else" }],
  },
  {
    promise: 4,
    module: "dispatcher/owned_mark.ts",
    why: "another worktree in the place of a task's is removed",
    find: "return `another worktree stands in its place, ${where}, which macp did not make`;",
    replace: "return where === other ? where : null;",
    tests: [{ file: "foreign_worktree_test.ts", filter: "that stands in the place of a task's" }],
  },
  {
    promise: 4,
    module: "retention/task_files.ts",
    why: "old files are removed behind a link that leads elsewhere",
    find: "return files.realPath(folder) === join(files.realPath(root), relative(root, folder));",
    replace: "return relative(root, folder) !== files.realPath(root);",
    tests: [{ file: "retention_test.ts", filter: "removes nothing that is old behind a link" }],
  },
];
