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
    module: "gates/run_gates.ts",
    why: "only the last gate counts",
    find: "evidence.push(result);",
    replace: "evidence.splice(0, 1, result);",
    tests: [{ file: "gates_test.ts", filter: "All gates run, also after a red one" }],
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
    module: "dispatcher/inspect_work.ts",
    why: "a worker may change what decides what gates check",
    find: 'gate_files_policy === "block" && !request.leftBy;',
    replace: 'gate_files_policy === "block" && !!request.leftBy;',
    tests: [{ file: "gate_files_test.ts", filter: "with block it escalates at once" }],
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
