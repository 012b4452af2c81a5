import { assertEquals } from "@std/assert";
import { dayMs, planRemovals, type TaskFile } from "../../../src/retention/plan_retention.ts";

const now = 100 * dayMs;

/** A file of a task that is some days old. */
function file(task: string, days: number, size = 1, serial = 1): TaskFile {
  return { path: `${task}/${serial}`, task, serial, size, mtimeMs: now - days * dayMs };
}

const isProtected = ({ task }: TaskFile) => task.startsWith("live");

function removed(files: TaskFile[], limits: Parameters<typeof planRemovals>[1]): string[] {
  return planRemovals(files, limits, { now, isProtected })
    .map(({ file: { path }, reason }) => `${path} ${reason}`);
}

Deno.test("planRemovals() removes nothing without limits, nor when all is within them", () => {
  const files = [file("a", 99, 50), file("b", 0)];
  assertEquals(removed(files, { days: null }), []);
  assertEquals(removed(files, { days: 100, maxBytes: 51, maxCount: 2 }), []);
  assertEquals(removed([file("a", 10)], { days: 10 }), []);
});

Deno.test("planRemovals() removes what is too old, but never a protected file", () => {
  const files = [file("a", 11), file("live", 90), file("b", 9)];
  assertEquals(removed(files, { days: 10 }), ["a/1 age"]);
});

Deno.test("planRemovals() removes the oldest first until the rest is small enough", () => {
  const files = [file("c", 1, 40), file("a", 3, 40), file("live", 9, 40), file("b", 2, 40)];
  assertEquals(removed(files, { days: null, maxBytes: 160 }), []);
  assertEquals(removed(files, { days: null, maxBytes: 159 }), ["a/1 size"]);
  assertEquals(removed(files, { days: null, maxBytes: 80 }), ["a/1 size", "b/1 size"]);
  assertEquals(removed(files, { days: null, maxBytes: 0 }), ["a/1 size", "b/1 size", "c/1 size"]);
  assertEquals(removed(files, { days: 2.5, maxBytes: 120 }), ["a/1 age"]);
});

Deno.test("planRemovals() removes the oldest first until few enough are left", () => {
  const files = [file("a", 1, 1, 2), file("a", 1, 1, 1), file("live", 5), file("b", 1)];
  assertEquals(removed(files, { days: null, maxCount: 2 }), ["a/1 count", "a/2 count"]);
});
