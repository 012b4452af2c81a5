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
    why: "an event is lost that a crash kept out of the event file",
    find: "this.#append(missing.map(({ event }) => event));",
    replace: "this.#append(missing.slice(1).map(({ event }) => event));",
    tests: [{ file: "retry_test.ts", filter: "A crash between an event's promise and its line" }],
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
    find: 'if (outcome.kind === "retry") this.#fail(waiting, outcome);',
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
