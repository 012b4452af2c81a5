import { assert, assertEquals } from "@std/assert";
import { mostTasks, taskCandidates } from "../../../../src/cli/completion/task_candidates.ts";

const any = { typed: "", statuses: undefined };

Deno.test("taskCandidates() gives ids that begin so, in the states that are wanted", () => {
  const tasks = [
    { id: "a-1", title: "One\nline", status: "pending" },
    { id: "a-2", title: "x", status: "failed" },
    { id: "b", title: "x", status: "failed" },
    { title: "without an id" },
    "no task",
  ];
  assertEquals(taskCandidates(tasks, { ...any, typed: "a-" }), [
    { word: "a-1", about: "pending  One line" },
    { word: "a-2", about: "failed  x" },
  ]);
  const failed = taskCandidates(tasks, { typed: "", statuses: ["failed"] });
  assertEquals(failed.map(({ word }) => word), ["a-2", "b"]);
});

Deno.test("taskCandidates() leaves out ids that cannot be typed in a line", () => {
  const ids = ["a\nb", "c\x1b[2J", " d", "e"];
  const found = taskCandidates(ids.map((id) => ({ id, title: "" })), any);
  assertEquals(found.map(({ word }) => word), ["e"]);
});

Deno.test("taskCandidates() of many begin with no more in common than all of them", () => {
  const tasks = Array.from({ length: 3 * mostTasks }, (_, n) => ({ id: `T-${n + 1000}` }));
  const words = taskCandidates(tasks, any).map(({ word }) => word);
  assertEquals(words.length, mostTasks + 1);
  assert(words.includes("T-2499") && words.includes("T-1000"));
});
