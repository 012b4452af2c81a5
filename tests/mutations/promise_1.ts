/**
 * A red gate never passes.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which a red gate passes. */
export const redGatePasses: readonly Mutation[] = [
  {
    promise: 1,
    module: "gates/judge_gate.ts",
    why: "a gate passes in which no test ran",
    find: "tests.runners.length > 0 && tests.ran === 0",
    replace: "tests.runners.length > 0 && tests.ran < 0",
    tests: [{ file: "gate_ways_test.ts", filter: "goes wrong completes a task, first" }],
  },
  {
    promise: 1,
    module: "dispatcher/watch_tracked.ts",
    why: "a gate may change the files that are judged",
    find: "changed.filter((path) => !Object.hasOwn(before, path))",
    replace: "changed.filter((path) => Object.hasOwn(before, path))",
    tests: [{ file: "gates_test.ts", filter: "changes files which git tracks is broken" }],
  },
  {
    promise: 1,
    module: "controller/verdict.ts",
    why: "a gate that could not do its work counts as green",
    find: 'const red = gates.filter(({ outcome }) => outcome !== "passed");',
    replace: 'const red = gates.filter(({ outcome }) => outcome === "failed");',
    tests: [{ file: "gates_test.ts", filter: "A gate's processes end with it" }],
  },
  {
    promise: 1,
    module: "controller/task_rules.ts",
    why: "a worker may take its gates out of the queue",
    find: "if (names.length === 0) return null;",
    replace: "if (names.length >= 0) return null;",
    tests: [{ file: "changed_rules_test.ts", filter: "takes its gates out of tasks.json" }],
  },
  {
    promise: 1,
    module: "people/gate_merge.ts",
    why: "a merge lands whose gates are red",
    find: "judgeGates(evidence) ?? await judgeMerge(own, merge)",
    replace: "(judgeGates(evidence), await judgeMerge(own, merge))",
    tests: [{ file: "land_test.ts", filter: "red only on the merge, main stays" }],
  },
];
