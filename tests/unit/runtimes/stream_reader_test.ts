import { assertEquals } from "@std/assert";
import type { StreamRule } from "../../../src/protocol/generated/types.ts";
import { resolveRuntime, type Runtime } from "../../../src/runtimes/runtime_table.ts";
import { MAX_LINE_BYTES } from "../../../src/runtimes/stream_lines.ts";
import { type StreamFacts, StreamReader } from "../../../src/runtimes/stream_reader.ts";
import { randomNumbers } from "./random.ts";

/** Everything that a reader tells of a stream. */
interface Told extends StreamFacts {
  progress: string[];
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function read(runtime: Runtime, chunks: readonly Uint8Array[]): Told {
  const reader = new StreamReader(runtime);
  const progress = chunks.flatMap((chunk) => reader.push(chunk));
  return { ...reader.end(), progress };
}

function builtIn(name: string): Runtime {
  return resolveRuntime(name, { [name]: {} });
}

function lines(...events: readonly unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}

function runtimeWith(...events: StreamRule[]): Runtime {
  return resolveRuntime("mine", { mine: { command: "mine", stream: "ndjson", events } });
}

const claudeStream = lines(
  { type: "system", subtype: "init", cwd: "/w", session_id: "s-1", tools: ["Bash"] },
  {
    type: "assistant",
    message: {
      content: [
        { type: "text", text: "Ich prüfe\n  das 🙂" },
        { type: "tool_use", id: "t", name: "Bash", input: { command: "npm test" } },
        { type: "tool_use", id: "u", name: "Edit", input: { file_path: "src/a.ts" } },
        { type: "tool_use", id: "v", name: "Odd", input: { other: 1 } },
      ],
      usage: { input_tokens: 3, output_tokens: 1 },
    },
    session_id: "s-1",
  },
  { type: "user", message: { content: [{ type: "tool_result", content: "text of a tool" }] } },
  {
    type: "result",
    subtype: "success",
    is_error: false,
    num_turns: 4,
    result: "Done.",
    session_id: "s-1",
    total_cost_usd: 0.0421,
    usage: {
      input_tokens: 1200,
      cache_creation_input_tokens: 300,
      cache_read_input_tokens: 9000,
      output_tokens: 450,
    },
  },
);

Deno.test("StreamReader reads the stream of claude", () => {
  assertEquals(read(builtIn("claude"), [bytesOf(claudeStream)]), {
    progress: ["Ich prüfe das 🙂", "Bash: npm test", "Edit: src/a.ts"],
    usage: {
      input_tokens: 1200,
      output_tokens: 450,
      cache_read_tokens: 9000,
      cache_write_tokens: 300,
      reasoning_tokens: null,
      turns: 4,
      cost_usd: 0.0421,
    },
    sessionId: "s-1",
    errors: [],
    lastError: null,
    verdict: "succeeded",
    lastText: "Ich prüfe\n  das 🙂",
    plainTail: "",
  });
});

Deno.test("StreamReader keeps what claude says of a limit", () => {
  const words = "You've hit your limit · resets 3:10am (Asia/Seoul)";
  const stream = lines(
    { type: "system", subtype: "init", session_id: "s-2" },
    {
      type: "rate_limit_event",
      rate_limit_info: { status: "rejected", rateLimitType: "five_hour", resetsAt: 1760000000 },
    },
    {
      type: "assistant",
      error: "rate_limit",
      message: { content: [{ type: "text", text: words }] },
    },
    { type: "result", subtype: "success", is_error: true, result: words, errors: ["more"] },
  );
  assertEquals(read(builtIn("claude"), [bytesOf(stream)]).errors, [
    "Claude usage limit reached (five_hour)",
    "Claude usage limit reached|1760000000",
    words,
    "more",
  ]);
});

Deno.test("StreamReader takes no error from a limit that lets claude go on", () => {
  const told = (info: Record<string, unknown>) =>
    read(builtIn("claude"), [
      bytesOf(
        lines({ type: "rate_limit_event", rate_limit_info: { resetsAt: 1760000000, ...info } }),
      ),
    ]).errors.length;
  assertEquals(told({ status: "allowed" }), 0);
  assertEquals(told({ status: "allowed_warning", isUsingOverage: false }), 0);
  assertEquals(told({ status: "rejected", isUsingOverage: true }), 0);
  assertEquals(told({ status: "rejected", isUsingOverage: false }), 1);
  assertEquals(told({ status: "rejected" }), 1);
});

Deno.test("StreamReader forgets what went wrong when each runtime says that it ended well", () => {
  const streams: [string, unknown[], unknown][] = [
    [
      "claude",
      [{ type: "rate_limit_event", rate_limit_info: { status: "rejected", resetsAt: 1760000000 } }],
      { type: "result", subtype: "success", is_error: false, result: "Done." },
    ],
    [
      "codex",
      [{ type: "error", message: "Reconnecting... 1/5" }],
      { type: "turn.completed", usage: { input_tokens: 1 } },
    ],
    [
      "opencode",
      [{ type: "error", error: { data: { message: "Too Many Requests" } } }],
      { type: "step_finish", part: { reason: "stop" } },
    ],
  ];
  for (const [name, before, end] of streams) {
    assertEquals(read(builtIn(name), [bytesOf(lines(...before))]).errors.length, 1, name);
    assertEquals(read(builtIn(name), [bytesOf(lines(...before, end))]).errors, [], name);
    assertEquals(read(builtIn(name), [bytesOf(lines(end, ...before))]).errors.length, 1, name);
  }
});

Deno.test("StreamReader reads the stream of codex", () => {
  const stream = lines(
    { type: "thread.started", thread_id: "0199a213-81c0-7800-8aa1-bbab2a035a53" },
    { type: "turn.started" },
    {
      type: "item.started",
      item: { id: "item_1", type: "command_execution", command: "bash -lc ls" },
    },
    {
      type: "item.completed",
      item: {
        id: "item_1",
        type: "command_execution",
        command: "bash -lc ls",
        aggregated_output: "a",
        exit_code: 0,
        status: "completed",
      },
    },
    {
      type: "item.completed",
      item: {
        id: "item_2",
        type: "file_change",
        changes: [{ path: "a.ts", kind: "add" }, { path: "b.ts", kind: "update" }],
      },
    },
    { type: "item.completed", item: { id: "item_3", type: "agent_message", text: "All done" } },
    {
      type: "turn.completed",
      usage: { input_tokens: 24763, cached_input_tokens: 24448, output_tokens: 122 },
    },
  );
  assertEquals(read(builtIn("codex"), [bytesOf(stream)]), {
    progress: ["$ bash -lc ls", "add: a.ts", "update: b.ts", "All done"],
    usage: {
      input_tokens: 24763,
      output_tokens: 122,
      cache_read_tokens: 24448,
      cache_write_tokens: null,
      reasoning_tokens: null,
      turns: null,
      cost_usd: null,
    },
    sessionId: "0199a213-81c0-7800-8aa1-bbab2a035a53",
    errors: [],
    lastError: null,
    verdict: "succeeded",
    lastText: "All done",
    plainTail: "",
  });
});

Deno.test("StreamReader keeps each error of codex once", () => {
  const message = "You've hit your usage limit. Try again at 9:31 PM.";
  const stream = lines({ type: "error", message }, { type: "turn.failed", error: { message } });
  assertEquals(read(builtIn("codex"), [bytesOf(stream)]).errors, [message]);
});

Deno.test("StreamReader adds the steps of opencode", () => {
  const step = (cost: number) => ({
    type: "step_finish",
    sessionID: "ses_1",
    part: {
      type: "step-finish",
      cost,
      tokens: { input: 10, output: 5, reasoning: 1, cache: { read: 100, write: 7 } },
    },
  });
  const stream = lines(
    { type: "step_start", sessionID: "ses_1", part: { type: "step-start" } },
    {
      type: "tool_use",
      sessionID: "ses_1",
      part: { tool: "bash", state: { status: "completed", title: "Run the tests" } },
    },
    step(0.25),
    { type: "text", sessionID: "ses_1", part: { type: "text", text: "Done" } },
    step(0.5),
  );
  assertEquals(read(builtIn("opencode"), [bytesOf(stream)]), {
    progress: ["bash: Run the tests", "Done"],
    usage: {
      input_tokens: 20,
      output_tokens: 10,
      cache_read_tokens: 200,
      cache_write_tokens: 14,
      reasoning_tokens: 2,
      turns: null,
      cost_usd: 0.75,
    },
    sessionId: "ses_1",
    errors: [],
    lastError: null,
    verdict: "succeeded",
    lastText: "Done",
    plainTail: "",
  });
});

Deno.test("StreamReader keeps what opencode's provider says", () => {
  const stream = lines({
    type: "error",
    sessionID: "ses_1",
    error: {
      name: "APIError",
      data: {
        message: "Too Many Requests",
        statusCode: 429,
        responseHeaders: { "retry-after": "30" },
      },
    },
  });
  assertEquals(read(builtIn("opencode"), [bytesOf(stream)]).errors, [
    "Too Many Requests",
    "Too Many Requests; retry after 30 seconds",
    "APIError",
  ]);
});

Deno.test("StreamReader tells the same wherever chunks are cut", () => {
  const random = randomNumbers(11);
  const whole = bytesOf(`${claudeStream}no event ü\n`);
  const expected = read(builtIn("claude"), [whole]);
  for (let n = 0; n < 100; n++) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < whole.length;) {
      const length = 1 + random(n % 2 === 0 ? 3 : 200);
      chunks.push(whole.subarray(at, at + length));
      at += length;
    }
    assertEquals(read(builtIn("claude"), chunks), expected);
  }
});

Deno.test("StreamReader does not keep the chunks that it was given", () => {
  const reader = new StreamReader(runtimeWith({ when: {}, session_id: "id" }));
  const buffer = new Uint8Array(16);
  for (const piece of ['{"id":"', "one", '"}\n']) {
    const { written } = new TextEncoder().encodeInto(piece, buffer);
    reader.push(buffer.subarray(0, written));
    buffer.fill(0);
  }
  assertEquals(reader.end().sessionId, "one");
});

Deno.test("StreamReader reads a last line without its end", () => {
  const stream = bytesOf('{"id":"one"}\r\n{"id":"two"}');
  assertEquals(read(runtimeWith({ when: {}, session_id: "id" }), [stream]).sessionId, "two");
});

Deno.test("StreamReader passes over a line that is too long, and goes on behind it", () => {
  const rule = { when: {}, session_id: "id", progress: ["text"] };
  const fits = `{"id":"fits","text":"${"x".repeat(MAX_LINE_BYTES - 100)}"}\n`;
  const tooLong = `{"id":"long","text":"${"x".repeat(MAX_LINE_BYTES)}"}\n`;
  const told = read(runtimeWith(rule), [bytesOf(`${tooLong}${fits}${tooLong}{"text":"after"}\n`)]);
  assertEquals(told.sessionId, "fits");
  assertEquals(told.progress.map((text) => text.length), [2000, 5]);
  assertEquals(told.plainTail, "");
});

Deno.test("StreamReader holds no more than it needs when a line never ends", () => {
  const reader = new StreamReader(builtIn("claude"));
  const chunk = new Uint8Array(256 * 1024).fill(0x61);
  for (let n = 0; n < 400; n++) assertEquals(reader.push(chunk), []);
  reader.push(bytesOf('\n{"type":"system","subtype":"init","session_id":"s"}\n'));
  assertEquals(reader.end().sessionId, "s");
});

Deno.test("StreamReader passes over garbage and keeps its end as plain text", () => {
  const garbage = ["{", "[1]", "null", '"text"', "{]}", '{"type":', "warning: ü", "[".repeat(9000)];
  const bad = Uint8Array.from([0xff, 0xfe, 0x7b, 0x80, 0x0a]);
  const told = read(builtIn("codex"), [bytesOf(`${garbage.join("\n")}\n`), bad]);
  assertEquals(
    { ...told, plainTail: "" },
    {
      progress: [],
      usage: null,
      sessionId: null,
      errors: [],
      lastError: null,
      verdict: "silent",
      lastText: null,
      plainTail: "",
    },
  );
  assertEquals(told.plainTail.split("\n").slice(0, 7), garbage.slice(0, 7));
  assertEquals(told.plainTail.length < 9000, true);
});

Deno.test("StreamReader believes no count that cannot be one", () => {
  const rule: StreamRule = {
    when: {},
    usage: { input_tokens: "in", output_tokens: "out", cost_usd: "cost", turns: "turns" },
  };
  const wrong = lines(
    { in: -1, out: 1.5, cost: -0.1, turns: "4" },
    { in: null, out: true, cost: {}, turns: [] },
  );
  const told = read(runtimeWith(rule), [bytesOf(`${wrong}{"in":1e999,"cost":1e999}\n`)]);
  assertEquals(told.usage, null);
  const zero = read(runtimeWith(rule), [bytesOf('{"in":0}\n')]);
  assertEquals([zero.usage?.input_tokens, zero.usage?.output_tokens], [0, null]);
});

Deno.test("StreamReader replaces counts unless the rule says add", () => {
  const stream = bytesOf('{"n":5,"t":3}\n{"n":7,"t":4}\n');
  const usage = { input_tokens: "n", output_tokens: "t" };
  const replaced = read(runtimeWith({ when: {}, usage }), [stream]).usage;
  const added = read(runtimeWith({ when: {}, usage, add: true }), [stream]).usage;
  assertEquals([replaced?.input_tokens, replaced?.output_tokens], [7, 4]);
  assertEquals([added?.input_tokens, added?.output_tokens], [12, 7]);
});

Deno.test("StreamReader applies a rule only when all of its conditions hold", () => {
  const when = { type: "end", "data.ok": true, parent: null };
  const runtime = runtimeWith({ when, progress: ["text"] });
  const stream = lines(
    { type: "end", data: { ok: true }, text: "none" },
    { type: "end", data: { ok: true }, parent: null, text: "null" },
    { type: "end", data: { ok: true }, parent: "x", text: "parent" },
    { type: "end", data: { ok: "true" }, text: "no boolean" },
    { type: "end", text: "no data" },
    { data: { ok: true }, text: "no type" },
  );
  assertEquals(read(runtime, [bytesOf(stream)]).progress, ["none", "null"]);
});

Deno.test("StreamReader fills texts for every element of a list, and leaves out gaps", () => {
  const runtime = runtimeWith({
    when: {},
    progress: ["{kind}: {list.*.name} ({list.*.sizes.0})", "list.*.note"],
  });
  const stream = lines({
    kind: "{list.*.name}",
    list: [{ name: "$&", sizes: [1] }, { name: "b" }, { note: "c" }, null, 3],
  });
  assertEquals(read(runtime, [bytesOf(stream)]).progress, ["{list.*.name}: $& (1)", "c"]);
});

Deno.test("StreamReader is bounded in what it keeps", () => {
  const runtime = runtimeWith({
    when: {},
    error: ["e"],
    progress: ["p"],
    session_id: "s",
  });
  const events = Array.from({ length: 100 }, (_, n) => ({ e: `${n} ${"e".repeat(9000)}` }));
  const told = read(runtime, [
    bytesOf(lines(...events, { p: `a\n${"p".repeat(9000)}`, s: "s".repeat(9000) })),
  ]);
  assertEquals(told.errors.length, 20);
  assertEquals(told.errors.at(-1)?.startsWith("99 "), true);
  assertEquals(told.errors.every((text) => text.length <= 4000), true);
  assertEquals(told.progress[0]?.length, 2000);
  assertEquals(told.lastText?.length, 4000);
  assertEquals(told.sessionId, null);
});

Deno.test("StreamReader keeps the end of a stream of text and takes no events from it", () => {
  const runtime = resolveRuntime("aider", {
    aider: { command: "aider", like: "claude", stream: "text" },
  });
  const told = read(runtime, [bytesOf(`${"line\n".repeat(100)}\n${claudeStream}the end\n`)]);
  assertEquals([told.usage, told.sessionId, told.progress], [null, null, []]);
  assertEquals(told.plainTail.endsWith("\nthe end"), true);
  assertEquals(told.plainTail.split("\n").length, 40);
});

Deno.test("StreamReader tells how agents say that they ended", () => {
  const error = { message: "no such model" };
  const cases = [
    ["claude", [{ type: "result", subtype: "success", is_error: false }], "succeeded", null],
    ["claude", [{ type: "result", is_error: false }], "succeeded", null],
    ["claude", [{ type: "assistant" }], "silent", null],
    ["claude", [{ type: "result", subtype: "success", is_error: true }], "failed", null],
    [
      "claude",
      [{ type: "result", is_error: false }, { type: "result", is_error: true, result: "key" }],
      "failed",
      "key",
    ],
    [
      "claude",
      [{ type: "result", subtype: "error_max_turns", is_error: false }],
      "failed",
      "It reached its largest number of turns (error_max_turns)",
    ],
    [
      "claude",
      [{ type: "result", subtype: "error_during_execution", is_error: true, errors: ["why"] }],
      "failed",
      "why",
    ],
    ["codex", [{ type: "turn.failed", error }], "failed", "no such model"],
    ["codex", [{ type: "error", message: "1/5" }, { type: "turn.completed" }], "succeeded", null],
    ["codex", [{ type: "turn.started" }], "silent", null],
    [
      "opencode",
      [{ type: "error", error: { name: "APIError", data: error } }],
      "failed",
      "no such model",
    ],
    ["opencode", [{ type: "step_finish", part: { reason: "stop" } }], "succeeded", null],
    ["opencode", [{ type: "step_finish", part: {} }], "succeeded", null],
    ["opencode", [{ type: "step_finish", part: { reason: "length" } }], "silent", null],
  ] as const;
  for (const [name, events, verdict, lastError] of cases) {
    const told = read(builtIn(name), [bytesOf(lines(...events))]);
    assertEquals([told.verdict, told.lastError], [verdict, lastError], JSON.stringify(events));
  }
});

Deno.test("StreamReader knows no verdict when nothing tells of success", () => {
  const failing = runtimeWith({ when: { type: "error" }, error: ["text"] });
  const told = read(failing, [bytesOf(lines({ type: "error", text: "bad" }))]);
  assertEquals([told.verdict, told.lastError], [null, "bad"]);
  const text = resolveRuntime("claude", { claude: { stream: "text" } });
  assertEquals(read(text, [bytesOf("done\n")]).verdict, null);
});
