/**
 * Nothing runs twice unnoticed.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which something runs twice unnoticed. */
export const runsTwice: readonly Mutation[] = [
  {
    promise: 2,
    module: "controller/serials.ts",
    why: "an attempt has the serial of one before when attempts count anew",
    find: "return Math.max(recorded, ...left) + 1;",
    replace:
      "return Math.min(recorded, left.length, isRecord(raw) ? Number(raw.attempts) : 0) + 1;",
    tests: [{ file: "retry_test.ts", filter: "attempts count anew, serials go on" }],
  },
  {
    promise: 2,
    module: "controller/recover.ts",
    why: "an attempt that was lost with its controller does not count",
    find: '"cancelled" : "worker_lost";',
    replace: '"cancelled" : "interrupted";',
    tests: [{ file: "lost_controller_test.ts", filter: "show 5: after kill -9" }],
  },
  {
    promise: 2,
    module: "controller/owners.ts",
    why: "what a live process carries out is taken for lost",
    find: "attempt.owner !== null && isLive(world, attempt.owner);",
    replace: "attempt.owner !== null && !isLive(world, attempt.owner);",
    tests: [{ file: "accept_test.ts", filter: "A run that begins while accept works" }],
  },
  {
    promise: 2,
    module: "controller/run.ts",
    why: "a second controller begins when the file of the lock was deleted",
    find: "controller.pid !== self.pid && isLive(world, controller)",
    replace: "controller.pid === self.pid && isLive(world, controller)",
    tests: [{ file: "ending_test.ts", filter: "also held when its file was deleted" }],
  },
  {
    promise: 2,
    module: "cli/commands/submit.ts",
    why: "a submission with the key of a task that ran already is another task",
    find: "isRecord(raw) && raw.idempotency_key === key)",
    replace: 'isRecord(raw) && raw.status === "pending" && raw.idempotency_key === key)',
    tests: [{ file: "submit_test.ts", filter: "The same idempotency key adds a task once" }],
  },
];
