/**
 * Figures of events on their way out: how soon a pass that finds nothing ends, and how fast
 * long event files are read.
 *
 * @module
 */
import { join } from "@std/path";
import { compileHello } from "./start_figures.ts";
import { type Figure, formatValue, median, ratioFigure } from "./figures.ts";
import { type Call, measureInTurn, peakMemoryOf, type Rounds } from "./measure.ts";
import { type Bench, makeRepository, succeed } from "./repository.ts";

const million = 1_000_000;
/** Lines of a file of about 1 GB. */
const longLines = 3_700_000;
/** Few events of the wanted type are among many others, as in a file that grew for months. */
const wantedEach = 1000;
const filter = 'macp.stdout.event_filter=["task.failed"]';
const wantedTask = "TASK-000500";
const types = [
  "task.assigned",
  "task.started",
  "task.progress",
  "task.progress",
  "task.gated",
  "rail.check.started",
  "rail.check.passed",
  "task.progress",
  "task.progress",
  "task.completed",
];

/** Times and memory of `watch` and `history` on long event files. */
export async function eventFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "events", 20);
  const events = join(repository, ".mosaic/orchestrator/events.ndjson");
  writeEvents(events, million);
  const macp = (...args: string[]): Call => ({
    program: bench.macp,
    args,
    cwd: repository,
    env: bench.env,
  });
  const idle = await idleFigure(bench, macp, rounds);
  const catchUp = await catchUpFigures(bench, { repository, events, macp }, rounds);
  writeEvents(events, longLines);
  const search = await historyFigure(macp, events, rounds);
  Deno.removeSync(events);
  return [idle, ...catchUp, search];
}

/** Writes an event file of so many lines; the same every time. */
export function writeEvents(path: string, lines: number): void {
  using file = Deno.openSync(path, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  for (let at = 0; at < lines; at += 10_000) {
    const count = Math.min(10_000, lines - at);
    const text = Array.from({ length: count }, (_, index) => eventLine(at + index)).join("");
    const bytes = encoder.encode(text);
    for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  }
}

function eventLine(number: number): string {
  const type = number % wantedEach === 0 ? "task.failed" : types[number % types.length];
  const task = `TASK-${String(Math.floor(number / 10)).padStart(6, "0")}`;
  return `{"event_id":"0198f5a2-7b3c-7def-8abc-${String(number).padStart(12, "0")}",` +
    `"event_type":"${type}","task_id":"${task}","status":"running",` +
    `"timestamp":"2026-03-14T09:26:53.589Z","source":"controller",` +
    `"message":"Something happened","metadata":{"attempt":1,"max_attempts":2,"runtime":"codex"}}\n`;
}

async function idleFigure(
  bench: Bench,
  macp: (...args: string[]) => Call,
  rounds: Rounds,
): Promise<Figure> {
  const hello = await compileHello(bench.folder);
  const call = macp("watch", "--once");
  for (let run = 0; run < 3; run++) await succeed(bench, call.program, [...call.args], call.cwd);
  const floor: Call = { ...call, program: hello, args: [] };
  const [of = [], to = []] = measureInTurn([() => call, () => floor], {
    ...rounds,
    counted: rounds.counted * 3,
  });
  return ratioFigure("macp watch --once, nothing new in 1 M events : hello world", {
    of,
    to,
    most: 1.4,
    commands: ["dist/macp watch --once", 'console.log("hello"), compiled in the same way'],
  });
}

async function catchUpFigures(
  bench: Bench,
  { repository, events, macp }: {
    repository: string;
    events: string;
    macp: (...args: string[]) => Call;
  },
  rounds: Rounds,
): Promise<Figure[]> {
  const cursor = join(repository, ".mosaic/orchestrator/event_cursor.json");
  const catchUp = () => {
    Deno.writeTextFileSync(cursor, "0");
    return macp("watch", "--once", "--set", filter);
  };
  const commands = [`dist/macp watch --once --set '${filter}'`];
  const [times = []] = measureInTurn([catchUp], rounds);
  const name = "macp watch --once, 1 M new events, a filter";
  const rate = `${formatValue(million / median(times) / 1000, "×").replace(" ×", "")} M lines/s`;
  const memory = await peakMemoryOf(catchUp());
  return [
    { name, value: median(times), unit: "ms", most: 1000, note: rate, commands },
    {
      name: `${name}, memory`,
      value: memory === null ? null : memory / 1e6,
      unit: "MB",
      most: 120,
      note: memory === null ? "this system has no /proc/PID/status" : "peak of resident memory",
      commands,
    },
    await jqFigure(bench, { events, catchUp, commands }, rounds),
  ];
}

async function jqFigure(
  bench: Bench,
  { events, catchUp, commands }: { events: string; catchUp: () => Call; commands: string[] },
  { counted }: Rounds,
): Promise<Figure> {
  const name = "macp watch --once, 1 M new events : jq";
  const select = 'select(.event_type == "task.failed")';
  const both = [...commands, `jq -c '${select}' events.ndjson`];
  try {
    await succeed(bench, "jq", ["--version"], bench.folder);
  } catch {
    return { name, value: null, unit: "×", most: 0.33, note: "no jq here", commands: both };
  }
  const jq = (): Call => ({
    program: "jq",
    args: ["-c", select, events],
    cwd: bench.folder,
    env: bench.env,
  });
  const rounds = { warmUp: 0, counted: Math.min(counted, 5) };
  const [of = [], to = []] = measureInTurn([catchUp, jq], rounds);
  return ratioFigure(name, { of, to, most: 0.33, commands: both });
}

function historyFigure(
  macp: (...args: string[]) => Call,
  events: string,
  rounds: Rounds,
): Figure {
  const [times = []] = measureInTurn([() => macp("history", "--task-id", wantedTask)], rounds);
  const rate = formatValue(longLines / median(times) / 1000, "×").replace(" ×", "");
  const size = formatValue(Deno.statSync(events).size / 1e6, "MB");
  return {
    name: "macp history --task-id, 3.7 M events",
    value: median(times),
    unit: "ms",
    most: Math.round(longLines / 3000),
    note: `${rate} M lines/s, ${size}`,
    commands: [`dist/macp history --task-id ${wantedTask}`],
  };
}
