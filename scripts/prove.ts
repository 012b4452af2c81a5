/**
 * Tries to break the promises of the executable, which is made first when it is older than
 * the sources. Exits 1 when something was lost, with what was done and the seed to do it
 * again. `--seed N` repeats a run, `--quick` tries a fraction, `--only kills,hands,…` leaves
 * parts out, `--write` puts the summary into the README.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import { proveGround } from "../tests/proof/ground.ts";
import { proveHands } from "../tests/proof/hands.ts";
import { proveKills, untried } from "../tests/proof/kills.ts";
import { allMutations } from "../tests/mutations/all_mutations.ts";
import { proveMutations } from "../tests/mutations/run_mutations.ts";
import { proveBadInput } from "../tests/proof/fuzz.ts";
import { proveBadInputOnProgram } from "../tests/proof/fuzz_program.ts";
import { proveSecrets } from "../tests/proof/secrets.ts";
import { deno, root } from "./lib/run.ts";
import { writeSection } from "./lib/readme_section.ts";
import { runScript } from "./lib/run_script.ts";

/** What one part tried, and what it lost. */
interface Tried {
  /** What was tried, with its number. */
  what: string;
  faults: readonly string[];
  /** What could not be tried here. */
  left?: readonly string[];
}

/** A part; `share` is the part of its cases that is tried, from 0 to 1. */
type Part = (about: { seed: number; share: number }) => Promise<Tried>;

const parts: Readonly<Record<string, Part>> = {
  async kills({ seed, share }) {
    const report = await proveKills({ seed, kills: Math.ceil(320 * share) });
    const places = `${report.points.size} places of the program, ${report.atRandom} at random`;
    const never = untried(report);
    return {
      what: `${report.kills} kills in ${report.stories} repositories, at ${places}`,
      faults: report.faults,
      left: never.length > 0 ? [`no kill at ${never.join(", ")}`] : [],
    };
  },
  async hands({ seed, share }) {
    const report = await proveHands({ seed, hands: 16, seconds: Math.ceil(60 * share) });
    return {
      what: `${report.calls} calls of 16 processes at once, ${report.submitted} tasks`,
      faults: report.faults,
    };
  },
  async ground({ seed, share }) {
    const report = await proveGround({ seed, part: share });
    const kinds = [...report.cases].map(([kind, cases]) => `${kind} ${cases}`).join(", ");
    return { what: `bad ground: ${kinds}`, faults: report.faults, left: report.left };
  },
  async input({ seed, share }) {
    const { cases, subjects, faults } = await proveBadInput({
      seed,
      cases: Math.ceil(100_000 * share),
    });
    const onProgram = await proveBadInputOnProgram({
      seed,
      calls: Math.ceil(300 * share),
      drains: Math.ceil(30 * share),
      delegations: Math.ceil(100 * share),
    });
    const kinds = Object.entries(subjects).map(([subject, count]) => `${subject} ${count}`).join(
      ", ",
    );
    return {
      what: `${cases} bad inputs (${kinds}), and a sample of them on the executable`,
      faults: [...faults, ...onProgram.faults],
    };
  },
  async secrets({ seed, share }) {
    const seeds = Array.from({ length: Math.ceil(5 * share) }, (_, index) => seed + index);
    const faults: string[] = [];
    for (const one of seeds) faults.push(...(await proveSecrets({ seed: one })).faults);
    return { what: `secrets planted in every input, ${seeds.length} times`, faults };
  },
  async mutations({ share }) {
    const folder = join(Deno.makeTempDirSync({ prefix: "macp-mutations-" }), "checkout");
    const each = Math.max(1, Math.round(1 / share));
    const mutations = allMutations.filter((_, index) => index % each === 0);
    const { caught, faults } = await proveMutations({ folder, mutations });
    return {
      what: `${mutations.length} promises broken on purpose, ${caught} seen by a test`,
      faults,
    };
  },
};

async function main(args: string[]): Promise<number> {
  const flags = parseArgs(args, { boolean: ["quick", "write"], string: ["only", "seed"] });
  const only = typeof flags.only === "string" ? flags.only : null;
  const seed = flags.seed === undefined ? Date.now() % 1_000_000 : Number(flags.seed);
  const share = flags.quick ? 0.1 : 1;
  const compile = ["run", "-A", join(root, "scripts", "compile.ts"), "--if-stale"];
  if (!(await deno(compile)).success) return 1;
  const begun = performance.now();
  console.log(`seed: ${seed}`);
  const rows: [string, Tried, number][] = [];
  for (const name of chooseParts(only)) {
    const start = performance.now();
    const tried = await (parts[name] as Part)({ seed, share });
    const seconds = Math.round((performance.now() - start) / 1000);
    rows.push([name, tried, seconds]);
    console.log(`${name}: ${tried.what}; losses: ${tried.faults.length}; ${seconds} s`);
    for (const left of tried.left ?? []) console.log(`  not tried: ${left}`);
    for (const fault of tried.faults.slice(0, 20)) console.log(`  LOST ${fault}`);
  }
  const losses = rows.reduce((sum, [, { faults }]) => sum + faults.length, 0);
  const minutes = Math.round((performance.now() - begun) / 6000) / 10;
  console.log(`losses: ${losses}, ${minutes} minutes, again with: deno task prove --seed ${seed}`);
  if (flags.write) await writeSummary(rows, { seed, minutes });
  return losses === 0 ? 0 : 1;
}

function chooseParts(only: string | null): string[] {
  const names = only === null ? Object.keys(parts) : only.split(",");
  const unknown = names.find((name) => !Object.hasOwn(parts, name));
  if (unknown === undefined) return names;
  throw new Error(`Cannot prove ${unknown}: use ${Object.keys(parts).join(", ")}`);
}

async function writeSummary(
  rows: readonly [string, Tried, number][],
  { seed, minutes }: { seed: number; minutes: number },
): Promise<void> {
  const table = rows.map(([name, { what, faults }, seconds]) =>
    `| ${name} | ${what} | ${faults.length} | ${seconds} s |`
  );
  const date = new Date().toISOString().slice(0, 10);
  const content =
    `| part | tried | losses | time |\n| --- | --- | --- | --- |\n${table.join("\n")}` +
    `\n\n\`deno task prove --seed ${seed}\` on ${date}, ${minutes} minutes.`;
  await writeSection("prove", content);
}

if (import.meta.main) await runScript(main);
