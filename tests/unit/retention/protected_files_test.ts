import { assertEquals } from "@std/assert";
import { protectedFiles } from "../../../src/retention/protected_files.ts";
import type { RunningAttempt } from "../../../src/protocol/generated/types.ts";
import { Queue } from "../../../src/store/queue.ts";

const paths = { folder: "/r/.mosaic/orchestrator" };

function protectedIn(tasks: object[], running: Record<string, RunningAttempt> = {}) {
  return protectedFiles(Queue.parse(JSON.stringify(tasks), "tasks.json"), { running }, paths);
}

Deno.test("protectedFiles() protects every task that has not ended, and what it depends on", () => {
  const { isTask } = protectedIn([
    ...["pending", "running", "gated", "escalated", "completed", "failed", "strange"]
      .map((status) => ({ id: status, status })),
    { id: "needed", status: "completed" },
    { id: "waits", status: "pending", depends_on: ["needed", "gone"] },
    { id: "not-needed", status: "completed" },
    { id: "done", status: "completed", depends_on: ["not-needed"] },
  ]);
  const names = ["pending", "running", "gated", "escalated", "strange", "needed", "gone", "waits"];
  assertEquals(names.filter((name) => !isTask(name)), []);
  const others = ["completed", "failed", "not-needed", "done", "unknown"];
  assertEquals(others.filter(isTask), []);
});

Deno.test("protectedFiles() protects what the ledger says is running, in any letter case", () => {
  const attempt = {} as RunningAttempt;
  const { isTask } = protectedIn([{ id: "A", status: "pending" }], { Ghost: attempt });
  assertEquals(["a", "A", "ghost", "other"].map(isTask), [true, true, true, false]);
});

Deno.test("protectedFiles() protects hashed names only while a task with such an id is needed", () => {
  const hashed = "task-0123456789abcdef";
  const odd = (status: string) => protectedIn([{ id: "odd id/", status }]).isTask(hashed);
  assertEquals([odd("pending"), odd("completed")], [true, false]);
  assertEquals(protectedIn([{ status: "pending" }]).isTask(hashed), false);
});

Deno.test("protectedFiles() protects the result that such a task names", () => {
  const { isPath } = protectedIn([
    { id: "a", status: "pending", result_path: "results/./special.json" },
    { id: "b", status: "completed", result_path: "results/other.json" },
    { id: "c", status: "pending", result_path: "../outside.json" },
  ]);
  const found = ["results/special.json", "results/other.json"]
    .map((name) => isPath(`${paths.folder}/${name}`));
  assertEquals(found, [true, false]);
});
