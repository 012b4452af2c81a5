import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { faultsOf } from "../../../src/protocol/validation.ts";
import {
  validateConfig,
  validateCursor,
  validateEvent,
  validateResult,
  validateState,
  validateTask,
  type Validator,
} from "../../../src/protocol/generated/validators.js";

const event = {
  event_id: "0199a0c0-0000-7000-8000-000000000001",
  event_type: "task.started",
  task_id: "A-1",
  status: "running",
  timestamp: "2026-01-02T03:04:05.678Z",
  source: "dispatcher",
  message: "Worker started",
};
const result = { task_id: "A-1", status: "failed", completed_at: "2026-01-02T03:04:05.678Z" };
const verdict = {
  outcome: "worker_failed",
  next_status: "failed",
  spent: true,
  not_before: null,
  result,
};
const attempt = {
  attempt_id: "7c1d3a52-5d1c-4b1e-8f0a-0f6f0a1f2b01",
  serial: 1,
  attempts_before: 0,
  phase: "running",
  started_at: "2026-01-02T03:04:05.678Z",
  legacy: false,
  worktree: null,
  branch: null,
  base_commit: null,
  worker: { pid: 12, start_time: "boot:99" },
  verdict,
};
const state = {
  schema_version: 1,
  controller: null,
  running: { "A-1": attempt },
  worktrees: {},
  outbox: [{ event, expects: null }],
};
const cursor = {
  schema_version: 1,
  sinks: { webhook: { device: 1, inode: 2, header_hash: "00", offset: 3 } },
};
const task = { id: "A-1", title: "T", status: "pending" };

/** A document, and what each validator says of it: `<path> <keyword>` of each fault. */
const samples: [string, Validator, unknown, string[]][] = [
  ["a minimal task", validateTask, task, []],
  ["a task with unknown fields", validateTask, { ...task, more: 1 }, []],
  ["a task without title", validateTask, { id: "A-1", status: "pending" }, [" required"]],
  ["a task with faults", validateTask, { ...task, id: "-x", attempts: 0.5 }, [
    "/id pattern",
    "/attempts type",
  ]],
  ["a gate without command", validateTask, { ...task, quality_gates: ["ls", {}] }, [
    "/quality_gates/1 type",
    "/quality_gates/1 required",
    "/quality_gates/1 anyOf",
  ]],
  ["an event", validateEvent, event, []],
  ["an event without time zone", validateEvent, { ...event, timestamp: "2026-01-02T03:04:05" }, [
    "/timestamp format",
  ]],
  ["a result", validateResult, result, []],
  ["a result of a running task", validateResult, { ...result, status: "running" }, [
    "/status enum",
  ]],
  ["an empty configuration", validateConfig, {}, []],
  ["a configuration with a wrong value", validateConfig, { macp: { log_max_bytes: 1 } }, [
    "/macp/log_max_bytes minimum",
  ]],
  ["a state", validateState, state, []],
  [
    "a state with a wrong result",
    validateState,
    { ...state, running: { x: { ...attempt, verdict: { ...verdict, result: {} } } } },
    [
      "/running/x/verdict/result required",
      "/running/x/verdict/result required",
      "/running/x/verdict/result required",
      "/running/x/verdict type",
      "/running/x/verdict anyOf",
    ],
  ],
  ["a cursor", validateCursor, cursor, []],
  ["a cursor of the older implementation", validateCursor, 17, []],
  ["a cursor before the start", validateCursor, -1, [
    " minimum",
    " type",
    " anyOf",
  ]],
];

for (const [name, validate, document, faults] of samples) {
  Deno.test(`validators judge ${name}`, () => {
    const fits = validate(document);
    const found = validate.errors?.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
    assertEquals([fits, found ?? []], [faults.length === 0, faults]);
  });
}

Deno.test("faultsOf() gives the place, the value that does not fit, and what was expected", () => {
  const odd = { ...task, attempts: -3, metadata: { "a/b~c": 1, expects_changes: "no" } };
  assertEquals(faultsOf(validateTask, odd), [
    { path: "/attempts", value: "-3", expected: "a number >= 0" },
    { path: "/metadata/expects_changes", value: '"no"', expected: "boolean" },
  ]);
});

const legacy = join(import.meta.dirname ?? "", "..", "..", "fixtures", "legacy");

Deno.test("validateTask() accepts a queue of the older implementation", () => {
  const queue = JSON.parse(Deno.readTextFileSync(join(legacy, "tasks.legacy.json")));
  assertEquals(queue.tasks.map((entry: unknown) => validateTask(entry)), [true, true]);
});

Deno.test("validateEvent() accepts an event file of the older implementation", () => {
  const lines = Deno.readTextFileSync(join(legacy, "events.predecessor.ndjson")).trim().split("\n");
  assertEquals(lines.map((line) => validateEvent(JSON.parse(line))), lines.map(() => true));
  assertEquals(lines.length, 5);
});
