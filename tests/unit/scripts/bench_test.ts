import { assert, assertEquals, assertThrows } from "@std/assert";
import { memoryFigures } from "../../../scripts/bench/day_figures.ts";
import {
  type Figure,
  formatCommands,
  formatTable,
  formatValue,
  median,
  medianRatio,
  ratioFigure,
  verdictOf,
} from "../../../scripts/bench/figures.ts";
import { parseCpuModel } from "../../../scripts/bench/machine.ts";
import { type Call, measureInTurn, parsePeakMemory } from "../../../scripts/bench/measure.ts";
import { completedTasks, mixedTasks, queueText } from "../../../scripts/bench/queue_file.ts";
import { summarizeCalls } from "../../../scripts/bench/task_script.ts";

function figure(fields: Partial<Figure>): Figure {
  return { name: "a", value: 1, unit: "×", most: 2, note: "n", commands: ["c"], ...fields };
}

Deno.test("median() takes the middle value, whatever the order", () => {
  assertEquals(median([30, 1, 2]), 2);
});

Deno.test("median() takes the mean of both middle values when the count is even", () => {
  assertEquals(median([4, 1, 2, 100]), 3);
});

Deno.test("median() throws when there is no value", () => {
  assertThrows(() => median([]), Error, "Cannot take a median of nothing");
});

Deno.test("medianRatio() compares within pairs, so that noise of a pair cancels out", () => {
  assertEquals(medianRatio([2, 20, 3], [1, 10, 1]), 2);
});

Deno.test("medianRatio() throws when a value has no partner", () => {
  assertThrows(() => medianRatio([1, 2], [1]), Error, "Cannot pair 2 values with 1");
});

Deno.test("ratioFigure() tells both medians", () => {
  const made = ratioFigure("a", { of: [30, 10, 20], to: [3, 1, 2], most: 12, commands: ["c"] });
  assertEquals(
    made,
    figure({ value: 10, most: 12, note: "20.0 ms : 2.0 ms, 3 pairs" }),
  );
});

Deno.test("verdictOf() takes the mark itself as met", () => {
  assertEquals(verdictOf({ value: 1.2, most: 1.2 }), "met");
  assertEquals(verdictOf({ value: 1.201, most: 1.2 }), "MISSED");
});

Deno.test("verdictOf() judges nothing without a value or a mark", () => {
  assertEquals(verdictOf({ value: null, most: 1 }), "skipped");
  assertEquals(verdictOf({ value: 1, most: null }), "no mark");
});

Deno.test("formatValue() gives as many digits as tell something", () => {
  assertEquals(formatValue(1.299, "×"), "1.30 ×");
  assertEquals(formatValue(25.04, "ms"), "25.0 ms");
  assertEquals(formatValue(299.6, "MB"), "300 MB");
});

Deno.test("formatTable() aligns columns and marks what was not measured", () => {
  const figures = [figure({ name: "long name" }), figure({ value: null, most: null, note: "why" })];
  assertEquals(
    formatTable(figures),
    "| figure    | median | mark  | verdict | from |\n" +
      "| --------- | ------ | ----- | ------- | ---- |\n" +
      "| long name | 1.00 × | ≤ 2 × | met     | n    |\n" +
      "| a         | —      | —     | skipped | why  |\n",
  );
});

Deno.test("formatCommands() gives one line a figure", () => {
  assertEquals(formatCommands([figure({ commands: ["x --y", "z"] })]), "a: x --y; z\n");
});

Deno.test("parsePeakMemory() gives bytes", () => {
  const status = "Name:\tmacp\nVmPeak:\t  900 kB\nVmHWM:\t   61000 kB\nVmRSS:\t   50000 kB\n";
  assertEquals(parsePeakMemory(status), 61_000 * 1024);
});

Deno.test("parsePeakMemory() gives null when the process has ended", () => {
  assertEquals(parsePeakMemory("Name:\tmacp\nState:\tZ (zombie)\n"), null);
});

Deno.test("parseCpuModel() takes the first processor", () => {
  assertEquals(
    parseCpuModel("processor\t: 0\nmodel name\t: Chip 1\nmodel name\t: Chip 2\n"),
    "Chip 1",
  );
});

Deno.test("summarizeCalls() counts verbs, whatever options stand before them", () => {
  const calls = "-c core.pager=cat -c a=b status --branch\nworktree add --quiet\n" +
    "--no-pager -C dir status\nworktree remove x\n";
  assertEquals(summarizeCalls(calls), "status 2, worktree add 1, worktree remove 1");
});

Deno.test("mixedTasks() makes tasks of 300 to 600 bytes with distinct ids and known parents", () => {
  const tasks = mixedTasks(1000);
  const ids = new Set(tasks.map(({ id }) => id));
  assertEquals(ids.size, 1000);
  for (const task of tasks) {
    const size = queueText([task]).length - queueText([]).length;
    assert(size >= 300 && size <= 600, `${task.id} has ${size} bytes`);
    for (const parent of [task.depends_on ?? []].flat()) assert(ids.has(String(parent)));
  }
});

Deno.test("completedTasks() leaves nothing to run", () => {
  assertEquals(completedTasks(20).filter(({ status }) => status !== "completed"), []);
});

Deno.test("measureInTurn() runs A B A B, and leaves the warm-up out", () => {
  const order: string[] = [];
  const subject = (name: string) => (round: number): Call => {
    order.push(`${name}${round}`);
    return { program: "true", args: [], cwd: "/", env: { PATH: Deno.env.get("PATH") ?? "" } };
  };
  const times = measureInTurn([subject("a"), subject("b")], { warmUp: 1, counted: 2 });
  assertEquals(order, ["a0", "b0", "a1", "b1", "a2", "b2"]);
  assertEquals(times.map((list) => list.length), [2, 2]);
});

Deno.test("measureInTurn() throws with the program's own words when a call fails", () => {
  const failing = (): Call => ({
    program: "sh",
    args: ["-c", "echo broken >&2; exit 3"],
    cwd: "/",
    env: { PATH: Deno.env.get("PATH") ?? "" },
  });
  assertThrows(
    () => measureInTurn([failing], { warmUp: 0, counted: 1 }),
    Error,
    "ends with 3: broken",
  );
});

Deno.test("memoryFigures() tells what the peak grew by on the last day, and the peak", () => {
  const figures = memoryFigures([80e6, 100e6, 106e6], "all told");
  assertEquals(figures.map(({ value }) => value), [6, 106]);
  assertEquals(figures.map(verdictOf), ["MISSED", "met"]);
});

Deno.test("memoryFigures() is skipped where the system does not tell", () => {
  assertEquals(memoryFigures([null, 100e6], "").map(verdictOf), ["skipped", "skipped"]);
});
