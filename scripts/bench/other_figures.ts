/**
 * Figures beside other programs: job queues of the field, and more at once.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, formatValue, median, ratioFigure } from "./figures.ts";
import { type Call, measureInTurn, type Rounds } from "./measure.ts";
import { type BenchTask, completedTasks } from "./queue_file.ts";
import { type Bench, makeRepository, succeed, writeQueue } from "./repository.ts";

/** Jobs of one queue. */
const jobs = 20;
/** Lengths of queues in which tasks are run. */
const lengths = [10, 100, 1000, 10_000] as const;
/** Tasks that are run in each of them. */
const ran = 10;

/** Each is a job of the shell, queued and run to its end by another program. */
const others = [
  {
    name: "nq",
    program: "nq",
    script: `export NQDIR="$1"; rm -rf "$1"; mkdir "$1"
n=0; while [ $n -lt ${jobs} ]; do nq -q sh -c true; n=$((n + 1)); done; nq -w -q`,
  },
  {
    name: "task-spooler",
    program: "tsp",
    script: `export TS_SOCKET="$1.socket" TMPDIR="\${TMPDIR:-/tmp}"
n=0; while [ $n -lt ${jobs} ]; do tsp -n sh -c true >/dev/null; n=$((n + 1)); done
tsp -w; tsp -K`,
  },
] as const;

/** Costs of a job beside other queues, by the length of the queue, and of two at once. */
export async function otherFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "others", 20);
  return [
    ...await queueFigures(bench, repository, rounds),
    ...lengthFigures(bench, repository, rounds),
    await jobsFigure(bench, rounds),
  ];
}

/** A job that does nothing, in the repository itself and without gates. */
function plainTask(id: string): BenchTask {
  return {
    id,
    title: `Job ${id}`,
    status: "pending",
    dispatch: "exec",
    worktree: ".",
    command: "true",
    quality_gates: [],
  };
}

function drain(bench: Bench, repository: string, tasks: readonly BenchTask[]): Call {
  writeQueue(repository, tasks);
  return { program: bench.macp, args: ["drain", "--quiet"], cwd: repository, env: bench.env };
}

async function queueFigures(
  bench: Bench,
  repository: string,
  rounds: Rounds,
): Promise<Figure[]> {
  const ids = (round: number) => Array.from({ length: jobs }, (_, n) => `other-${round}-${n}`);
  const macp = (round: number) => drain(bench, repository, ids(round).map(plainTask));
  const figures: Figure[] = [];
  for (const { name, program, script } of others) {
    const title = `a job of macp : of ${name}`;
    const commands = [`dist/macp drain, ${jobs} jobs`, `${program}, ${jobs} jobs of sh -c true`];
    if (!await isThere(bench, program)) {
      const note = `no ${program} here`;
      figures.push({ name: title, value: null, unit: "×", most: null, note, commands });
      continue;
    }
    const file = join(bench.folder, `${program}.sh`);
    Deno.writeTextFileSync(file, script);
    const args = [file, join(bench.folder, `${program}-jobs`)];
    const other = (): Call => ({ program: "sh", args, cwd: bench.folder, env: bench.env });
    const [of = [], to = []] = measureInTurn([macp, other], rounds);
    const each = (times: readonly number[]) => times.map((time) => time / jobs);
    figures.push(ratioFigure(title, { of: each(of), to: each(to), most: null, commands }));
  }
  return figures;
}

async function isThere(bench: Bench, program: string): Promise<boolean> {
  try {
    await succeed(bench, "sh", ["-c", `command -v ${program}`], bench.folder);
    return true;
  } catch {
    return false;
  }
}

/** What one more job costs in a queue of so many, all others done. */
function lengthFigures(bench: Bench, repository: string, rounds: Rounds): Figure[] {
  return lengths.map((length) => {
    const done = completedTasks(length - ran);
    const ids = (round: number) => Array.from({ length: ran }, (_, n) => `long-${round}-${n}`);
    const [all = [], none = []] = measureInTurn([
      (round) => drain(bench, repository, [...done, ...ids(round).map(plainTask)]),
      () => drain(bench, repository, done),
    ], rounds);
    const each = all.map((time, index) => (time - (none[index] ?? NaN)) / ran);
    return {
      name: `a job in a queue of ${length}`,
      value: median(each),
      unit: "ms",
      most: null,
      note: `${formatValue(median(none), "ms")} for a drain that finds nothing to do`,
      commands: [`dist/macp drain, ${ran} jobs less none, by ${ran}`],
    };
  });
}

/** Tasks that wait for something, two at once beside one after the other. */
async function jobsFigure(bench: Bench, rounds: Rounds): Promise<Figure> {
  const repository = await makeRepository(bench, "jobs", 20);
  const tasks = (round: number, way: string) =>
    Array.from({ length: 8 }, (_, n): BenchTask => ({
      ...plainTask(`${way}-${round}-${n}`),
      worktree: undefined,
      command: "sleep 0.5",
    }));
  const call = (count: number) => (round: number): Call => {
    const drained = drain(bench, repository, tasks(round, `by-${count}`));
    return { ...drained, args: [...drained.args, "--jobs", String(count)] };
  };
  const [of = [], to = []] = measureInTurn([call(2), call(1)], {
    warmUp: 1,
    counted: Math.max(3, rounds.counted >> 1),
  });
  return ratioFigure("macp drain --jobs 2 : --jobs 1", {
    of,
    to,
    most: 0.65,
    commands: ["dist/macp drain --jobs 2, eight tasks of half a second in worktrees", "--jobs 1"],
  });
}
