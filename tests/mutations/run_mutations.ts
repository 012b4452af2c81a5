/**
 * Breaks each promise on purpose, and looks whether a test on the executable notices.
 *
 * @module
 */
import { join } from "@std/path";
import { copyCheckout } from "./checkout_copy.ts";
import { mutated, type Mutation, titleOf } from "./mutation.ts";
import { allMutations } from "./all_mutations.ts";
import { among, runTests, type TestRun, type TestsRun } from "./run_tests.ts";

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
  /** In the order of the mutations. */
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
  /** Told of each mutation that was tried, of those first that no test can tell of. */
  onMutation?: (result: MutationResult) => void;
}

/** An executable, or why there is none. */
type Built = { program: string } | { why: string };

/** A mutation, compiled. */
interface BuiltMutation {
  mutation: Mutation;
  built: Built;
  /** Milliseconds that it took. */
  compiled: number;
}

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
    const healthy = await scratch.tests(await scratch.original(), chosen);
    const fit: Mutation[] = [];
    const tell = (result: MutationResult) => {
      results.push(result);
      onMutation?.(result);
    };
    for (const mutation of chosen) {
      const unfit = whyUnfit(mutation, healthy.ran);
      if (unfit === null) fit.push(mutation);
      else tell({ mutation, ...unfit, seconds: 0 });
    }
    for await (const { mutation, built, compiled } of scratch.builds(fit)) {
      const start = performance.now();
      const tried = await tryOne(scratch, mutation, built);
      tell({ mutation, ...tried, seconds: (performance.now() - start + compiled) / 1000 });
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  results.sort((a, b) => chosen.indexOf(a.mutation) - chosen.indexOf(b.mutation));
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
  built: Built,
): Promise<Tried> {
  if ("why" in built) return faulty(built.why);
  const { ran, fault } = await scratch.tests(built.program, [mutation]);
  Deno.removeSync(built.program);
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
  #compiled = 0;

  constructor(folder: string) {
    this.#folder = folder;
    this.#checkout = join(folder, "checkout");
    copyCheckout(this.#checkout);
  }

  /** The executable of the program as it is. Throws Error when it does not compile. */
  async original(): Promise<string> {
    const built = await this.#compile();
    if ("why" in built) throw new Error(`Cannot try any mutation as ${built.why}`);
    return built.program;
  }

  /** The executables with each mutation; the next is compiled while one is looked at. */
  async *builds(mutations: readonly Mutation[]): AsyncGenerator<BuiltMutation> {
    let next: Promise<BuiltMutation> | null = null;
    for (const [at, mutation] of mutations.entries()) {
      const built = await (next ?? this.#build(mutation));
      const following = mutations[at + 1];
      next = following === undefined ? null : this.#build(following);
      yield built;
    }
  }

  async #build(mutation: Mutation): Promise<BuiltMutation> {
    const start = performance.now();
    const path = join(this.#checkout, "src", mutation.module);
    const before = Deno.readTextFileSync(path);
    const after = mutated(before, mutation);
    if (after === null) {
      const why = "its text does not stand in the module exactly once";
      return { mutation, built: { why }, compiled: 0 };
    }
    Deno.writeTextFileSync(path, after);
    try {
      const built = await this.#compile();
      return { mutation, built, compiled: performance.now() - start };
    } finally {
      Deno.writeTextFileSync(path, before);
    }
  }

  /** Runs the tests of mutations. */
  tests(program: string, mutations: readonly Mutation[]): Promise<TestsRun> {
    const place = { checkout: this.#checkout, program, folder: join(this.#folder, "tests") };
    return runTests(place, mutations.flatMap(({ tests }) => tests));
  }

  async #compile(): Promise<Built> {
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
    const program = join(this.#folder, `macp-${this.#compiled++}`);
    Deno.renameSync(join(this.#checkout, "dist", "macp"), program);
    return { program };
  }
}
