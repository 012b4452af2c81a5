/**
 * Breaks each promise on purpose, and looks whether a test on the executable notices.
 *
 * @module
 */
import { join } from "@std/path";
import { copyCheckout } from "./checkout_copy.ts";
import { mutated, type Mutation, titleOf } from "./mutation.ts";
import { allMutations } from "./all_mutations.ts";
import { among, runTests, type TestRun } from "./run_tests.ts";

/** What became of one mutation. */
export interface MutationResult {
  mutation: Mutation;
  /** `fault` when nothing can be said: it does not apply, does not compile, has no test. */
  outcome: "caught" | "survived" | "fault";
  /** Names of the tests that failed by it. */
  by: string[];
  /** Why it is a fault; null otherwise. */
  why: string | null;
  /** Seconds that compiling and testing took. */
  seconds: number;
}

/** What came of all. */
export interface MutationReport {
  caught: number;
  results: MutationResult[];
  /** Empty when all were caught. */
  faults: string[];
  seconds: number;
}

/** What is tried, and where. */
export interface MutationPlan {
  /** Scratch folder of 1 GB at most, which is made, and removed afterwards. */
  folder: string;
  /** All unless given. */
  mutations?: readonly Mutation[];
  /** Which of them are tried; all unless given. */
  only?: (mutation: Mutation) => boolean;
  /** Told of each mutation that was tried. */
  onMutation?: (result: MutationResult) => void;
}

/** An executable, or why there is none. */
type Built = { program: string } | { why: string };

/**
 * Tries mutations in a copy of the checkout. Before, their tests must pass on the program
 * as it is. The next one is compiled while one is tried.
 *
 * @throws Error when the program as it is cannot be compiled.
 */
export async function proveMutations(plan: MutationPlan): Promise<MutationReport> {
  const { folder, mutations = allMutations, only = () => true, onMutation } = plan;
  const begun = performance.now();
  const chosen = mutations.filter(only);
  const results: MutationResult[] = [];
  Deno.mkdirSync(folder, { recursive: true });
  try {
    const scratch = new Scratch(Deno.realPathSync(folder));
    const healthy = await scratch.tests(await scratch.original(), "original", chosen);
    let next = chosen[0] && scratch.build(chosen[0], 0);
    for (const [at, mutation] of chosen.entries()) {
      const { built, compiled } = await (next ?? scratch.build(mutation, at));
      const start = performance.now();
      const following = chosen[at + 1];
      next = following && scratch.build(following, at + 1);
      const tried = whyUnfit(mutation, healthy.ran) ?? await tryOne(scratch, mutation, at, built);
      if ("program" in built) Deno.removeSync(built.program);
      const seconds = (performance.now() - start + compiled) / 1000;
      const result = { mutation, ...tried, seconds };
      results.push(result);
      onMutation?.(result);
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  return {
    caught: results.filter(({ outcome }) => outcome === "caught").length,
    results,
    faults: results.flatMap((result) => faultOf(result) ?? []),
    seconds: (performance.now() - begun) / 1000,
  };
}

type Tried = Pick<MutationResult, "outcome" | "by" | "why">;

function faulty(why: string): Tried {
  return { outcome: "fault", by: [], why };
}

/** Why the tests of a mutation cannot tell anything; null when they can. */
function whyUnfit({ tests }: Mutation, healthy: readonly TestRun[]): Tried | null {
  for (const test of tests) {
    const own = among(healthy, test);
    if (own.length === 0) return faulty(`no test of ${test.file} has this name: ${test.filter}`);
    const red = own.find(({ passed }) => !passed);
    if (red) return faulty(`its test fails on the program as it is: ${red.name}`);
  }
  return tests.length === 0 ? faulty("it has no test") : null;
}

async function tryOne(
  scratch: Scratch,
  mutation: Mutation,
  at: number,
  built: Built,
): Promise<Tried> {
  if ("why" in built) return faulty(built.why);
  const { ran, fault } = await scratch.tests(built.program, String(at), [mutation]);
  if (fault !== null) return faulty(fault);
  const by = mutation.tests.flatMap((test) => among(ran, test))
    .filter(({ passed }) => !passed).map(({ name }) => name);
  return { outcome: by.length > 0 ? "caught" : "survived", by, why: null };
}

function faultOf({ mutation, outcome, why }: MutationResult): string | null {
  if (outcome === "caught") return null;
  return `${titleOf(mutation)}: ${why ?? "no test noticed it"}`;
}

/** A folder with a copy of the checkout. */
class Scratch {
  readonly #folder: string;
  readonly #checkout: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#checkout = join(folder, "checkout");
    copyCheckout(this.#checkout);
  }

  /** The executable of the program as it is. Throws Error when it does not compile. */
  async original(): Promise<string> {
    const built = await this.#compile("macp-original");
    if ("why" in built) throw new Error(`Cannot try any mutation as ${built.why}`);
    return built.program;
  }

  /** The executable with a mutation; one after the other. Milliseconds that it took. */
  async build(mutation: Mutation, at: number): Promise<{ built: Built; compiled: number }> {
    const start = performance.now();
    const path = join(this.#checkout, "src", mutation.module);
    const before = Deno.readTextFileSync(path);
    const after = mutated(before, mutation);
    if (after === null) {
      return { built: { why: "its text does not stand in the module exactly once" }, compiled: 0 };
    }
    Deno.writeTextFileSync(path, after);
    try {
      const built = await this.#compile(`macp-${at}`);
      return { built, compiled: performance.now() - start };
    } finally {
      Deno.writeTextFileSync(path, before);
    }
  }

  /** Runs the tests of mutations. */
  tests(program: string, name: string, mutations: readonly Mutation[]) {
    const place = { checkout: this.#checkout, program, folder: join(this.#folder, `t-${name}`) };
    return runTests(place, mutations.flatMap(({ tests }) => tests));
  }

  async #compile(name: string): Promise<Built> {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", join("scripts", "compile.ts")],
      cwd: this.#checkout,
      env: { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) {
      const said = new TextDecoder().decode(stderr).trim();
      return { why: `the program does not compile: ${said.slice(-600)}` };
    }
    const program = join(this.#folder, name);
    Deno.renameSync(join(this.#checkout, "dist", "macp"), program);
    return { program };
  }
}
