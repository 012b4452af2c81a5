import { assertEquals, assertThrows } from "@std/assert";
import { stallSecondsOf, workerMode, workerRuntime } from "../../../src/dispatcher/worker_mode.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Task } from "../../../src/protocol/generated/types.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";

const task = (fields: Partial<Task>): Task => ({
  id: "a",
  title: "t",
  status: "pending",
  ...fields,
});
const settingsWith = (macp: Record<string, unknown>) =>
  resolveSettings([{ origin: "test", values: { macp } }]).settings;

Deno.test("stallSecondsOf() is off for commands and half an hour for agents, unless set", () => {
  const settings = settingsWith({});
  assertEquals(stallSecondsOf(task({}), settings), 0);
  assertEquals(stallSecondsOf(task({ dispatch: "exec" }), settings), 0);
  assertEquals(stallSecondsOf(task({ dispatch: "yolo" }), settings), 1800);
  const set = settingsWith({ stall_seconds: 60 });
  assertEquals(stallSecondsOf(task({}), set), 60);
  assertEquals(stallSecondsOf(task({ dispatch: "yolo", stall_seconds: 0 }), set), 0);
});

Deno.test("workerRuntime() knows the runtime of agents, and of commands that name one", () => {
  const settings = settingsWith({
    runtimes: { mine: { command: "mine", like: "codex" }, broken: {} },
  });
  const modeOf = (fields: Partial<Task>) => {
    const runtime = workerRuntime(task(fields), settings);
    return [runtime?.name, workerMode(task(fields), runtime)];
  };
  assertEquals(modeOf({}), [undefined, "command"]);
  assertEquals(modeOf({ dispatch: "exec", runtime: "claude" }), ["claude", "command"]);
  assertEquals(modeOf({ dispatch: "yolo" }), ["codex", "terminal"]);
  assertEquals(modeOf({ dispatch: "exec", runtime: "broken" }), [undefined, "command"]);
  assertThrows(() => modeOf({ dispatch: "yolo", runtime: "broken" }), MacpError, "no command");
  assertEquals(modeOf({ dispatch: "yolo", runtime: "mine" }), ["mine", "headless"]);
});
