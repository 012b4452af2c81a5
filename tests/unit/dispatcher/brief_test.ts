import { assertEquals } from "@std/assert";
import { composeBrief } from "../../../src/dispatcher/brief.ts";
import type { Task, TaskResult } from "../../../src/protocol/generated/types.ts";

const task = { id: "t", title: "Title", status: "pending", description: "What to do" } as Task;
const reply = (question: string | null, text: string) => ({
  at: "2026-01-01T00:00:00.000Z",
  question,
  text,
});
const previous = { task_id: "t", status: "failed", error: "It broke" } as TaskResult;

Deno.test("composeBrief() is the task, or its brief, alone when nothing was said of it", () => {
  assertEquals(composeBrief(task, null, null), "# Title\n\nWhat to do\n");
  assertEquals(composeBrief(task, "The brief\n\n\n", null), "The brief\n");
});

Deno.test("composeBrief() ends with the answers of a person, oldest first", () => {
  const replies = [reply("Which?\nReally?", "This\n\none\n"), reply(null, "And that")];
  assertEquals(
    composeBrief({ ...task, replies }, "The brief\n", null),
    "The brief\n\n## Answers of a person\n\n" +
      "Question:\n\n> Which?\n> Really?\n\nAnswer:\n\nThis\n\none\n\nAnswer:\n\nAnd that\n",
  );
});

Deno.test("composeBrief() tells what went wrong after the answers", () => {
  assertEquals(
    composeBrief({ ...task, replies: [reply("?", "Yes")] }, "The brief", previous),
    "The brief\n\n## Answers of a person\n\nQuestion:\n\n> ?\n\nAnswer:\n\nYes\n\n" +
      "## What went wrong in the attempt before\n\nIt broke\n",
  );
});
