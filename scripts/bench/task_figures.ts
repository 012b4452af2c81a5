/**
 * Figures of running tasks, beside a shell script that makes the same git calls.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, formatValue, median, ratioFigure } from "./figures.ts";
import { type Call, measureInTurn, type Rounds, timeOf } from "./measure.ts";
import { type BenchTask, completedTasks } from "./queue_file.ts";
import {
  type Bench,
  fileCounts,
  fileSize,
  makeRepository,
  succeed,
  writeQueue,
} from "./repository.ts";
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
  /** Files in each repository. */
  files: number;
}

/** Costs of one task, and how they depend on the length of the queue. */
export async function taskFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const usual = await makePlaces(bench, fileCounts.usual);
  const few = await makePlaces(bench, fileCounts.few);
  const calls = await compareCalls(few);
  const drains = { ...rounds, counted: Math.max(3, rounds.counted >> 2) };
  return [
    onceFigure(usual, rounds, { calls, most: 2 }),
    onceFigure(few, rounds, { calls, most: null }),
    drainFigure(usual, drains, 2),
    drainFigure(few, drains, null),
    await lengthFigure(bench, rounds, { files: fileCounts.usual, most: 1.2 }),
    await lengthFigure(bench, rounds, { files: fileCounts.few, most: null }),
  ];
}

async function makePlaces(bench: Bench, files: number): Promise<Places> {
  const scriptFile = join(bench.folder, "task.sh");
  Deno.writeTextFileSync(scriptFile, taskScript);
  return {
    bench,
    macp: await makeRepository(bench, `by-macp-${files}`, files),
    script: await makeRepository(bench, `by-script-${files}`, files),
    scriptFile,
    files,
  };
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
function onceFigure(
  places: Places,
  rounds: Rounds,
  { calls, most }: { calls: string; most: number | null },
): Figure {
  const { bench, macp, files } = places;
  const [of = [], to = []] = measureInTurn([
    (round) => runCall(bench, macp, [`once-${round}`], completedTasks(100)),
    (round) => scriptCall(places, [`once-${round}`]),
  ], rounds);
  const commands = [
    "dist/macp run --once",
    `sh task.sh ID; each with files of ${fileSize} bytes, calling git for: ${calls}`,
  ];
  return ratioFigure(`macp run --once : script, ${files} files`, { of, to, most, commands });
}

/** What one task more costs in one run: 20 tasks less the run of none. */
function drainFigure(places: Places, rounds: Rounds, most: number | null): Figure {
  const ids = (round: number) => Array.from({ length: drained }, (_, n) => `drain-${round}-${n}`);
  const { bench, macp, files } = places;
  const [run = [], idle = [], script = [], nothing = []] = measureInTurn([
    (round) => runCall(bench, macp, ids(round), completedTasks(100)),
    () => runCall(bench, macp, [], completedTasks(100)),
    (round) => scriptCall(places, ids(round)),
    () => scriptCall(places, []),
  ], rounds);
  const each = (all: number[], none: number[]) =>
    all.map((time, index) => (time - (none[index] ?? NaN)) / drained);
  return ratioFigure(`macp drain, a task : script, ${files} files`, {
    of: each(run, idle),
    to: each(script, nothing),
    most,
    commands: [
      "dist/macp drain",
      "sh task.sh ID …; each with 20 tasks, less the time with none, by 20",
    ],
  });
}

/** One task behind 4,999 completed ones, beside one behind 99. */
async function lengthFigure(
  bench: Bench,
  rounds: Rounds,
  { files, most }: { files: number; most: number | null },
): Promise<Figure> {
  const many = await makeRepository(bench, `many-${files}`, files);
  const few = await makeRepository(bench, `few-${files}`, files);
  const [of = [], to = []] = measureInTurn([
    (round) => runCall(bench, many, [`long-${round}`], completedTasks(4999)),
    (round) => runCall(bench, few, [`long-${round}`], completedTasks(99)),
  ], rounds);
  const name = `macp run --once, 5000 tasks : 100, ${files} files`;
  const commands = ["dist/macp run --once; the last task is pending, all others are completed"];
  const figure = ratioFigure(name, { of, to, most, commands });
  return { ...figure, note: `${figure.note}; ${formatValue(median(of) - median(to), "ms")} more` };
}
