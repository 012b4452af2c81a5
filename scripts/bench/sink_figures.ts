/**
 * Figures of sinks beside each other: what a healthy one loses by sick ones.
 *
 * @module
 */
import { join } from "@std/path";
import { root } from "../lib/run.ts";
import { type Figure, formatValue, median, medianRatio } from "./figures.ts";
import type { Rounds } from "./measure.ts";
import { type Bench, makeRepository } from "./repository.ts";

const count = 2000;
const healthy = "webhook";

/** Time of a webhook alone, and beside four sick sinks. */
export async function sinkFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "sinks", 20);
  const folder = join(repository, ".mosaic/orchestrator");
  const receivers = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", join(root, "scripts/bench/receivers.ts"), String(count)],
    stdout: "piped",
  }).spawn();
  try {
    const lines = linesOf(receivers.stdout);
    const origin = await nextLine(lines);
    const [alone, beside]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds.warmUp + rounds.counted; round++) {
      for (const [times, sick] of [[alone, false], [beside, true]] as const) {
        writeEvents(folder);
        writeConfig(folder, origin, sick);
        const time = await healthyTime(bench, repository, lines);
        if (round >= rounds.warmUp) times.push(time);
      }
    }
    const note = `${formatValue(median(beside), "ms")} : ${formatValue(median(alone), "ms")}, ` +
      `${count} events, ${alone.length} pairs; beside one that is down, one that is slow, ` +
      "one that asks to wait, and one that redirects";
    return [{
      name: "a healthy sink beside four sick ones : alone",
      value: medianRatio(beside, alone),
      unit: "×",
      most: 1.2,
      note,
      commands: ["dist/macp watch, until the webhook has got every event"],
    }];
  } finally {
    receivers.kill();
    await receivers.status;
  }
}

function writeEvents(folder: string): void {
  const line = (number: number) =>
    `${
      JSON.stringify({
        event_id: `event-${number}`,
        event_type: "task.completed",
        task_id: `TASK-${number % 50}`,
        status: "completed",
        timestamp: "2026-03-14T09:26:53.589Z",
        source: "controller",
        message: "Completed",
        metadata: {},
      })
    }\n`;
  Deno.writeTextFileSync(
    join(folder, "events.ndjson"),
    Array.from({ length: count }, (_, number) => line(number)).join(""),
  );
  for (const name of ["event_cursor.json", "dead_letter"]) {
    try {
      Deno.removeSync(join(folder, name), { recursive: true });
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

function writeConfig(folder: string, origin: string, sick: boolean): void {
  const on = (url: string) => ({ enabled: sick, url, event_filter: ["task.*"] });
  const macp = {
    [healthy]: { enabled: true, url: `${origin}/healthy` },
    discord: { ...on(`${origin}/limited`), event_filter: null },
    slack: on(`${origin}/moved`),
    ntfy: on("http://127.0.0.1:1/down"),
    exec: { enabled: sick, command: "sleep 0.1" },
    stdout: { enabled: false },
    doorbell: { done_on: "completed" },
  };
  Deno.writeTextFileSync(join(folder, "config.json"), JSON.stringify({ enabled: true, macp }));
}

/** Milliseconds from the start until the healthy sink has got everything. */
async function healthyTime(
  bench: Bench,
  repository: string,
  lines: AsyncGenerator<string>,
): Promise<number> {
  const start = performance.now();
  const watch = new Deno.Command(bench.macp, {
    args: ["watch"],
    cwd: repository,
    env: { ...bench.env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await nextLine(lines);
    return performance.now() - start;
  } finally {
    watch.kill("SIGKILL");
    await watch.status;
  }
}

async function nextLine(lines: AsyncGenerator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done) throw new Error("Cannot go on as the receivers ended");
  return value;
}

async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let text = "";
  for await (const piece of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (text + piece).split("\n");
    text = lines.pop() ?? "";
    yield* lines;
  }
}
