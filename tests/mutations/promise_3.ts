/**
 * Nothing is lost.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which something is lost. */
export const losesSomething: readonly Mutation[] = [
  {
    promise: 3,
    module: "store/store.ts",
    why: "an edit is lost that another program makes while the queue is written",
    find: "return now === null ? before === null : before !== null && isSameFile(before, now);",
    replace: "return now === null ? before === null : before !== null;",
    tests: [{ file: "many_writers_test.ts", filter: "without the lock in the middle of a write" }],
  },
  {
    promise: 3,
    module: "git/snapshots.ts",
    why: "a snapshot leaves out what git does not track",
    find: 'const add = ["add", "--all", "--sparse",',
    replace: 'const add = ["add", "--update", "--sparse",',
    tests: [{ file: "worktree_test.ts", filter: "What a failed worker left, untracked" }],
  },
  {
    promise: 3,
    module: "controller/clear_worktree.ts",
    why: "a worktree is removed although it could not be pinned",
    find: "return stays(`it could not be pinned: ${messageOf(error)}`);",
    replace: "return !stays(`it could not be pinned: ${messageOf(error)}`);",
    tests: [{ file: "clean_test.ts", filter: "keeps the worktree when it cannot be pinned" }],
  },
  {
    promise: 3,
    module: "sinks/sink_pass.ts",
    why: "the cursor goes past an event that was not delivered",
    find: 'if (outcome.kind === "retry") this.#outcomes.fail(waiting, outcome);',
    replace: 'if (outcome.kind === "retry") state.remove([waiting]);',
    tests: [{ file: "watch_test.ts", filter: "lets other tasks pass an event that fails" }],
  },
  {
    promise: 3,
    module: "events/event_tail.ts",
    why: "what was written after a rotation is not read",
    find: "const successor = chunk.atEnd ? this.#successorOf(opened) : null;",
    replace: "const successor = chunk.bytes.length < 0 ? this.#successorOf(opened) : null;",
    tests: [{ file: "watch_test.ts", filter: "reads on in a file that was rotated" }],
  },
];
