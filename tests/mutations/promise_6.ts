/**
 * It says what is true.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which something is said that is not true. */
export const saysWrong: readonly Mutation[] = [
  {
    promise: 6,
    module: "cli/status/overview.ts",
    why: "status names a controller that was killed",
    find: "const isUp = controller !== null && isLive(this.#world, controller);",
    replace: "const isUp = controller !== null;",
    tests: [{ file: "lost_controller_test.ts", filter: "status tells the truth" }],
  },
  {
    promise: 6,
    module: "runtimes/stream_reader.ts",
    why: "a cost that nobody told is 0",
    find: "this.#usage.get(name) ?? null])",
    replace: "this.#usage.get(name) ?? 0])",
    tests: [{ file: "headless_runtimes_test.ts", filter: "codex from its stream, and knows no" }],
  },
  {
    promise: 6,
    module: "protocol/outcomes.ts",
    why: "a usage limit counts as a failure of the task",
    find: 'rate_limited: "requeue",',
    replace: 'rate_limited: "retry_then_fail",',
    tests: [{ file: "usage_limits_test.ts", filter: "spends no attempt, and runs codex" }],
  },
  {
    promise: 6,
    module: "dispatcher/main_checkout.ts",
    why: "nobody is told that a worker wrote into the main checkout",
    find: "return whole !== worktreeBase && !isBelow(whole, worktreeBase);",
    replace: "return whole === worktreeBase && !isBelow(whole, worktreeBase);",
    tests: [{ file: "main_checkout_test.ts", filter: "tells what a worker changed" }],
  },
  {
    promise: 6,
    module: "controller/schedule.ts",
    why: "a drain leaves tasks behind that nobody can reach, and says that all is done",
    find: 'if (status === "failed" || status === "escalated") reached.push(id);',
    replace: 'if (status === "failed" && status !== statusOf(raw)) reached.push(id);',
    tests: [{ file: "dependencies_test.ts", filter: "dependants pending, and drain exits 3" }],
  },
];
