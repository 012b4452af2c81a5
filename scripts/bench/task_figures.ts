/**
 * Figures of running tasks, beside a shell script that makes the same git calls.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, formatValue, median, ratioFigure } from "./figures.ts";
import { type Call, measureInTurn, type Rounds, timeOf } from "./measure.ts";
import { type BenchTask, completedTasks } from "./queue_file.ts";
import { type Bench, makeRepository, succeed, writeQueue } from "./repository.ts";
import {
  gateCommand,
  summarizeCalls,
  taskScript,
  workerCommand,
  writeGitRecorder,
} from "./task_script.ts";

/** Tasks of one drain. */
const drained = 20;

/** One bench with a repository of its own for each subject. */
interface Places {
  bench: Bench;
  macp: string;
  script: string;
  /** Path of the shell script. */
  scriptFile: string;
}

/** Costs of one task, and how they depend on the length of the queue. */
export async function taskFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const places = {
    bench,
    macp: await makeRepository(bench, "by-macp"),
    script: await makeRepository(bench, "by-script"),
    scriptFile: join(bench.folder, "task.sh"),
  };
  Deno.writeTextFileSync(places.scriptFile, taskScript);
  const calls = await compareCalls(places);
  return [
    onceFigure(places, rounds, calls),
    drainFigure(places, { ...rounds, counted: Math.max(3, rounds.counted >> 2) }),
    await lengthFigure(bench, rounds),
  ];
}

function pendingTask(id: string): BenchTask {
  return {
    id,
    title: `Measured task ${id}`,
    status: "pending",
    dispatch: "exec",
    command: workerCommand,
    quality_gates: [gateCommand],
  };
}

function runCall(bench: Bench, repository: string, ids: string[], others: BenchTask[]): Call {
  writeQueue(repository, [...others, ...ids.map(pendingTask)]);
  const args = ["run", ids.length === 1 ? "--once" : "--until-drained", "--quiet"];
  return { program: bench.macp, args, cwd: repository, env: bench.env };
}

function scriptCall({ bench, script, scriptFile }: Places, ids: string[]): Call {
  return { program: "sh", args: [scriptFile, ...ids], cwd: script, env: bench.env };
}

/**
 * Makes sure that macp and the script call git alike. Throws when the script calls it
 * otherwise, as the figures would say nothing then.
 *
 * @returns The calls of both.
 */
async function compareCalls(places: Places): Promise<string> {
  const { bench, macp } = places;
  const folder = join(bench.folder, "recorder");
  const realGit = await succeed(bench, "sh", ["-c", "command -v git"], bench.folder);
  const calls = writeGitRecorder(folder, realGit.trim());
  const env = { ...bench.env, PATH: `${folder}:${bench.env.PATH}` };
  const record = (call: Call) => {
    Deno.writeTextFileSync(calls, "");
    timeOf({ ...call, env });
    return summarizeCalls(Deno.readTextFileSync(calls));
  };
  const byMacp = record(runCall(bench, macp, ["calls"], []));
  const byScript = record(scriptCall(places, ["calls"]));
  if (byMacp === byScript) return byMacp;
  throw new Error(
    `Cannot compare with the script as it calls git otherwise (scripts/bench/task_script.ts):\n` +
      `  macp:   ${byMacp}\n  script: ${byScript}`,
  );
}

/** One task, from the start of the program to its end. */
function onceFigure(places: Places, rounds: Rounds, calls: string): Figure {
  const [of = [], to = []] = measureInTurn([
    (round) => runCall(places.bench, places.macp, [`once-${round}`], completedTasks(100)),
    (round) => scriptCall(places, [`once-${round}`]),
  ], rounds);
  const commands = ["dist/macp run --once", `sh task.sh ID; each calls git for: ${calls}`];
  return ratioFigure("macp run --once, 1 task : script", { of, to, most: 2, commands });
}

/** What one task more costs in one run: 20 tasks less the run of none. */
function drainFigure(places: Places, rounds: Rounds): Figure {
  const ids = (round: number) => Array.from({ length: drained }, (_, n) => `drain-${round}-${n}`);
  const { bench, macp } = places;
  const [run = [], idle = [], script = [], nothing = []] = measureInTurn([
    (round) => runCall(bench, macp, ids(round), completedTasks(100)),
    () => runCall(bench, macp, [], completedTasks(100)),
    (round) => scriptCall(places, ids(round)),
    () => scriptCall(places, []),
  ], rounds);
  const each = (all: number[], none: number[]) =>
    all.map((time, index) => (time - (none[index] ?? NaN)) / drained);
  return ratioFigure("macp drain, each of 20 tasks : script", {
    of: each(run, idle),
    to: each(script, nothing),
    most: 2,
    commands: [
      "dist/macp drain",
      "sh task.sh ID …; each with 20 tasks, less the time with none, by 20",
    ],
  });
}

/** One task behind 4,999 completed ones, beside one behind 99. */
async function lengthFigure(bench: Bench, rounds: Rounds): Promise<Figure> {
  const many = await makeRepository(bench, "many");
  const few = await makeRepository(bench, "few");
  const [of = [], to = []] = measureInTurn([
    (round) => runCall(bench, many, [`long-${round}`], completedTasks(4999)),
    (round) => runCall(bench, few, [`long-${round}`], completedTasks(99)),
  ], rounds);
  const commands = ["dist/macp run --once; the last task is pending, all others are completed"];
  const figure = ratioFigure("macp run --once, 5000 tasks : 100", { of, to, most: 1.2, commands });
  return { ...figure, note: `${figure.note}; ${formatValue(median(of) - median(to), "ms")} more` };
}
