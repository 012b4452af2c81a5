/**
 * Measures dist/macp, which is made first when it is older than the sources, and holds it
 * to the project's marks. Exits 1 when one is missed. `--quick` runs everything less often;
 * `--only start,task,queue,events,sinks,delegation,others,day` leaves parts out;
 * `--write` puts the figures into the README, with a picture of them.
 *
 * @module
 */
import { parseArgs } from "@std/cli";
import { join } from "@std/path";
import { dayFigures } from "./bench/day_figures.ts";
import { delegationFigures } from "./bench/delegation_figures.ts";
import { eventFigures } from "./bench/event_figures.ts";
import { type Figure, formatCommands, formatTable, verdictOf } from "./bench/figures.ts";
import { load, machineFacts } from "./bench/machine.ts";
import { plotFigures } from "./bench/plot.ts";
import type { Rounds } from "./bench/measure.ts";
import { otherFigures } from "./bench/other_figures.ts";
import { queueFigures } from "./bench/queue_figures.ts";
import { type Bench, benchEnvironment } from "./bench/repository.ts";
import { sinkFigures } from "./bench/sink_figures.ts";
import { startFigures } from "./bench/start_figures.ts";
import { taskFigures } from "./bench/task_figures.ts";
import { writeSection } from "./lib/readme_section.ts";
import { deno, root } from "./lib/run.ts";
import { runScript } from "./lib/run_script.ts";

/** A part of the measurements, and how often it runs: as a rule, and when in haste. */
interface Part {
  figures: (bench: Bench, rounds: Rounds) => Promise<Figure[]>;
  rounds: Rounds;
  quick: Rounds;
}

const parts: Readonly<Record<string, Part>> = {
  start: {
    figures: startFigures,
    rounds: { warmUp: 3, counted: 41 },
    quick: { warmUp: 2, counted: 11 },
  },
  task: {
    figures: taskFigures,
    rounds: { warmUp: 2, counted: 21 },
    quick: { warmUp: 1, counted: 5 },
  },
  queue: {
    figures: queueFigures,
    rounds: { warmUp: 1, counted: 9 },
    quick: { warmUp: 1, counted: 3 },
  },
  events: {
    figures: eventFigures,
    rounds: { warmUp: 2, counted: 9 },
    quick: { warmUp: 1, counted: 3 },
  },
  sinks: {
    figures: sinkFigures,
    rounds: { warmUp: 1, counted: 9 },
    quick: { warmUp: 1, counted: 3 },
  },
  delegation: {
    figures: delegationFigures,
    rounds: { warmUp: 2, counted: 41 },
    quick: { warmUp: 1, counted: 11 },
  },
  others: {
    figures: otherFigures,
    rounds: { warmUp: 1, counted: 9 },
    quick: { warmUp: 1, counted: 3 },
  },
  day: {
    figures: dayFigures,
    rounds: { warmUp: 0, counted: 1 },
    quick: { warmUp: 0, counted: 1 },
  },
};

async function main(args: string[]): Promise<number> {
  const flags = parseArgs(args, { boolean: ["quick", "write"], string: ["only"] });
  const chosen = chooseParts(typeof flags.only === "string" ? flags.only : null);
  const compile = ["run", "-A", join(root, "scripts", "compile.ts"), "--if-stale"];
  if (!(await deno(compile)).success) return 1;
  const folder = Deno.makeTempDirSync({ prefix: "macp-bench-" });
  try {
    const bench = { macp: join(root, "dist", "macp"), folder, env: benchEnvironment(folder) };
    const facts = await machineFacts(bench.macp, folder);
    for (const fact of facts) console.log(fact);
    const figures: Figure[] = [];
    for (const { figures: measure, rounds, quick } of chosen) {
      figures.push(...await measure(bench, flags.quick ? quick : rounds));
    }
    console.log(`\n${formatTable(figures)}\n${formatCommands(figures)}\nload after: ${load()}`);
    const missed = figures.filter((figure) => verdictOf(figure) === "MISSED");
    if (flags.write) await writeFigures(figures, facts);
    if (missed.length > 0) console.log(`${missed.length} of the marks are missed`);
    return missed.length > 0 ? 1 : 0;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Table, commands and picture, for those who read rather than run. */
async function writeFigures(figures: readonly Figure[], facts: readonly string[]): Promise<void> {
  const picture = "scripts/bench/figures.svg";
  const path = join(root, picture);
  Deno.writeTextFileSync(path, plotFigures(figures));
  const content = `${facts.map((fact) => `- ${fact}`).join("\n")}\n\n${formatTable(figures)}\n` +
    `![How much of its mark each figure takes](${picture})\n\n` +
    `<details><summary>Commands</summary>\n\n` +
    `${formatCommands(figures).trim().replaceAll(/^/gm, "- ")}\n\n</details>`;
  await writeSection("bench", content, [path]);
}

/** The parts that were named; all when none was. Throws when there is no such part. */
function chooseParts(only: string | null): Part[] {
  const names = only === null ? Object.keys(parts) : only.split(",");
  return names.map((name) => {
    const part = parts[name];
    if (part) return part;
    throw new Error(`Cannot measure ${name}: use ${Object.keys(parts).join(", ")}`);
  });
}

if (import.meta.main) await runScript(main);
