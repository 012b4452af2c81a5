/**
 * Figures of a very long queue: time and peak memory.
 *
 * @module
 */
import { type Figure, formatValue, median } from "./figures.ts";
import { type Call, measureInTurn, peakMemoryOf, type Rounds, type Subject } from "./measure.ts";
import { mixedTasks, queueText } from "./queue_file.ts";
import { type Bench, makeRepository, writeQueue } from "./repository.ts";

const length = 100_000;
const mostMs = 1000;
const mostMegabytes = 300;

/** `status` and `submit` on 100,000 tasks. */
export async function queueFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "long");
  const tasks = mixedTasks(length);
  writeQueue(repository, tasks);
  const size = `${formatValue(queueText(tasks).length / 1e6, "MB")} of queue`;
  const macp = (...args: string[]): Call => ({
    program: bench.macp,
    args,
    cwd: repository,
    env: bench.env,
  });
  let submitted = 0;
  const submit = () =>
    macp("submit", "--task-id", `NEW-${submitted++}`, "--title", "More work", "--command", "true");
  const status = () => macp("status");
  const json = () => macp("status", "--json");
  const [statusTimes = [], submitTimes = []] = measureInTurn([status, submit], rounds);
  const time = (name: string, times: number[], command: string): Figure => {
    const note = `${size}; slowest of ${times.length}: ${formatValue(Math.max(...times), "ms")}`;
    return { name, value: median(times), unit: "ms", most: mostMs, note, commands: [command] };
  };
  const commands = {
    status: "dist/macp status",
    submit: "dist/macp submit --task-id ID --title … --command true",
    json: "dist/macp status --json",
  };
  return [
    time("macp status, 100000 tasks", statusTimes, commands.status),
    await memoryFigure("macp status, memory", status, mostMegabytes, commands.status),
    time("macp submit, 100000 tasks", submitTimes, commands.submit),
    await memoryFigure("macp submit, memory", submit, mostMegabytes, commands.submit),
    await memoryFigure("macp status --json, memory", json, null, commands.json),
  ];
}

/** The largest of three peaks. */
async function memoryFigure(
  name: string,
  subject: Subject,
  most: number | null,
  command: string,
): Promise<Figure> {
  const commands = [command];
  const peaks: (number | null)[] = [];
  for (let round = 0; round < 3; round++) peaks.push(await peakMemoryOf(subject(round)));
  const known = peaks.filter((peak) => peak !== null);
  if (known.length === 0) {
    const note = "this system has no /proc/PID/status";
    return { name, value: null, unit: "MB", most, note, commands };
  }
  const note = "peak of resident memory (VmHWM), largest of 3";
  return { name, value: Math.max(...known) / 1e6, unit: "MB", most, note, commands };
}
