/**
 * Figures of a watch that goes on for days, in little time: as many looks and events.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, formatValue } from "./figures.ts";
import { parsePeakMemory } from "./measure.ts";
import { type Bench, makeRepository } from "./repository.ts";

/** Days: in the first one the runtime takes the memory that it works with. */
const days = 2;
/** Looks of a day, one each two seconds. */
const looks = 43_200;
/** Events of a day: one each ten seconds. */
const events = 8640;
/** Seconds between two looks here. */
const pause = 0.0005;
/** Milliseconds that a look takes with its timer: 0.9 were measured. */
const lookMs = 1.1;
/** Events that are told at once. */
const eventsAtOnce = 24;
/** Milliseconds for them: the cursor is written each 50 ms at most. */
const eventsMs = 60;

/** Memory of a continuous watch: the growth of its peak on the last day, and its peak. */
export async function dayFigures(bench: Bench): Promise<Figure[]> {
  const repository = await makeRepository(bench, "day", 20);
  const folder = join(repository, ".mosaic/orchestrator");
  const received = join(bench.folder, "day-received");
  const macp = {
    watch_poll_interval_seconds: pause,
    exec: { enabled: false },
    stdout: { enabled: true, format: "json", event_filter: null },
  };
  Deno.writeTextFileSync(join(folder, "config.json"), JSON.stringify({ enabled: true, macp }));
  Deno.writeTextFileSync(join(folder, "events.ndjson"), "");
  const watch = new Deno.Command("sh", {
    args: ["-c", `exec "$0" watch > '${received}'`, bench.macp],
    cwd: repository,
    env: { ...bench.env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    const begun = performance.now();
    const peaks: (number | null)[] = [];
    for (let day = 0; day < days; day++) {
      await liveThroughDay(join(folder, "events.ndjson"), day);
      peaks.push(parsePeakMemory(statusOf(watch.pid)));
    }
    const seconds = Math.round((performance.now() - begun) / 1000);
    const lines = Deno.readTextFileSync(received).split("\n").length - 1;
    return memoryFigures(peaks, `${lines} of ${days * events} events told in ${seconds} s`);
  } finally {
    watch.kill("SIGTERM");
    await watch.status;
  }
}

/** Tells the events of a day, and then leaves the time for its looks, which find nothing. */
async function liveThroughDay(path: string, day: number): Promise<void> {
  for (let number = day * events; number < (day + 1) * events; number += eventsAtOnce) {
    const lines = Array.from({ length: eventsAtOnce }, (_, index) => eventLine(number + index));
    Deno.writeTextFileSync(path, lines.join(""), { append: true });
    await new Promise((resolve) => setTimeout(resolve, eventsMs));
  }
  await new Promise((resolve) => setTimeout(resolve, looks * lookMs));
}

/**
 * Figures of the peak of resident memory. What is let go in between does not count, so that
 * a growth which the runtime clears away now and then is none, and a fall hides none.
 *
 * @param peaks Bytes that were held at most up to the end of each day; null when not known.
 */
export function memoryFigures(peaks: readonly (number | null)[], told: string): Figure[] {
  const known = peaks.filter((peak) => peak !== null);
  const [before, last] = known.slice(-2);
  const isKnown = before !== undefined && last !== undefined && known.length === peaks.length;
  const list = known.map((peak) => formatValue(peak / 1e6, "MB")).join(", ");
  const unknown = "the system does not tell the peak of memory";
  const commands = [`dist/macp watch, a look each ${pause} s`];
  const name = `macp watch, ${days} days`;
  return [
    {
      name: `${name}, growth on the last`,
      value: isKnown ? (last - before) / 1e6 : null,
      unit: "MB",
      most: 5,
      note: isKnown ? `VmHWM at the end of each day: ${list}; ${told}` : unknown,
      commands,
    },
    {
      name: `${name}, memory`,
      value: isKnown ? last / 1e6 : null,
      unit: "MB",
      most: 120,
      note: isKnown ? "peak of resident memory" : unknown,
      commands,
    },
  ];
}

function eventLine(number: number): string {
  const event = {
    event_id: `0198f5a2-7b3c-7def-8abc-${String(number).padStart(12, "0")}`,
    event_type: "task.progress",
    task_id: `TASK-${number % 50}`,
    status: "running",
    timestamp: "2026-03-14T09:26:53.589Z",
    source: "worker",
    message: "Still at work",
    metadata: { attempt: 1 },
  };
  return `${JSON.stringify(event)}\n`;
}

/** Empty where the system has no such file. */
function statusOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  } catch {
    return "";
  }
}
