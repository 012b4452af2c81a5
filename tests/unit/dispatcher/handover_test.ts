import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { buildHandover, spawnName } from "../../../src/dispatcher/handover.ts";
import type { Task } from "../../../src/protocol/generated/types.ts";

const pattern = /^[a-z][a-z0-9_-]{0,63}$/;

function handoverOf(task: Partial<Task>, timeoutSeconds = 60) {
  return buildHandover({ id: "t", title: "Title", status: "running", ...task }, {
    brief: "brief",
    runtime: "codex",
    cwd: "/worktree",
    timeoutSeconds,
  });
}

Deno.test("spawnName() keeps an id that is one but for letter case", async () => {
  assertEquals(await spawnName("TASK-042"), "task-042");
  assertEquals(await spawnName("a".repeat(64)), "a".repeat(64));
});

Deno.test("spawnName() makes different names of ids that only differ in what is replaced", async () => {
  const long = "a".repeat(100);
  const ids = [
    "a.b",
    "a_b",
    "a-b",
    "1",
    "task_1",
    "7.1",
    "7_1",
    long,
    `${long}b`,
    "é",
    "ü",
    "_x",
    "",
  ];
  const names = await Promise.all(ids.map(spawnName));
  for (const name of names) assert(pattern.test(name), name);
  assertEquals(new Set(names).size, ids.length);
});

Deno.test("spawnName() starts with a letter when the id does not", async () => {
  const name = await spawnName("42");
  assert(name.startsWith("task_42_"), name);
  assertNotEquals(name, await spawnName("task_42"));
});

Deno.test("buildHandover() takes model and thinking that are texts, and nothing else", async () => {
  const metadata = { model: " gpt-5 ", thinking: "high", timeoutSeconds: 5, channel: "x" };
  const handover = await handoverOf({ metadata });
  assertEquals([handover.model, handover.thinking], ["gpt-5", "high"]);
  const plain = await handoverOf({ metadata: { model: 5, thinking: "" } });
  const fields = "task,runtime,agentId,mode,cwd,label,taskName,cleanup,runTimeoutSeconds";
  assertEquals(Object.keys(plain).join(), fields);
});

Deno.test("buildHandover() rounds the time up to whole seconds, and its label is one line", async () => {
  const handover = await handoverOf({ title: "one\ntwo" }, 0.2);
  assertEquals([handover.runTimeoutSeconds, handover.label], [1, "one two"]);
});
