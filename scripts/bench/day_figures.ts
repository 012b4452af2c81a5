/**
 * Figures of a watch that goes on for a day, in little time: as many looks and events.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, formatValue } from "./figures.ts";
import { parsePeakMemory } from "./measure.ts";
import { type Bench, makeRepository } from "./repository.ts";

/** Looks of a day, one each two seconds. */
const looks = 43_200;
/** Events of a day: one each ten seconds. */
const events = 8640;
/** Seconds between two looks here. */
const pause = 0.001;

/** Memory of a continuous watch after half of a day, and after all of it. */
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
    let early = 0;
    const begun = performance.now();
    for (let number = 0; number < events; number++) {
      append(join(folder, "events.ndjson"), number);
      // As many looks as a day has happen in this time at least.
      await new Promise((resolve) => setTimeout(resolve, looks * pause * 1000 / events));
      if (number === Math.floor(events / 2)) early = memoryOf(watch.pid);
    }
    const late = memoryOf(watch.pid);
    const peak = parsePeakMemory(statusOf(watch.pid)) ?? 0;
    const seconds = Math.round((performance.now() - begun) / 1000);
    const lines = Deno.readTextFileSync(received).split("\n").length - 1;
    const note =
      `${formatValue(early / 1e6, "MB")} at noon, ${formatValue(late / 1e6, "MB")} at night; ` +
      `${lines} of ${events} events told in ${seconds} s`;
    const commands = [`dist/macp watch, a look each ${pause} s`];
    return [
      {
        name: "macp watch, a day's looks and events, growth after noon",
        value: (late - early) / 1e6,
        unit: "MB",
        most: 15,
        note,
        commands,
      },
      {
        name: "macp watch, a day's looks and events, memory",
        value: peak / 1e6,
        unit: "MB",
        most: 150,
        note: "peak of resident memory",
        commands,
      },
    ];
  } finally {
    watch.kill("SIGTERM");
    await watch.status;
  }
}

function append(path: string, number: number): void {
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
  Deno.writeTextFileSync(path, `${JSON.stringify(event)}\n`, { append: true });
}

/** Bytes that a process holds now. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(statusOf(pid))?.[1] ?? 0) * 1024;
}

/** Empty where the system has no such file. */
function statusOf(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  } catch {
    return "";
  }
}
