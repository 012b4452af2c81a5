import { assertEquals, assertThrows } from "@std/assert";
import { MacpError } from "../../../src/protocol/errors.ts";
import { validateConfig } from "../../../src/protocol/generated/validators.js";
import { faultsOf } from "../../../src/protocol/validation.ts";
import builtIn from "../../../src/runtimes/built_in.json" with { type: "json" };
import { builtInRuntimes, resolveRuntime } from "../../../src/runtimes/runtime_table.ts";

/** The error of kind usage that `resolveRuntime` throws. */
function refusal(name: string, entry: Record<string, unknown>): MacpError {
  const error = assertThrows(() => resolveRuntime(name, { [name]: entry }), MacpError);
  assertEquals(error.kind, "usage");
  return error;
}

Deno.test("resolveRuntime() gives no command but limits and prompts when there is no entry", () => {
  const claude = resolveRuntime("claude", {});
  const unknown = resolveRuntime("some-agent", {});
  assertEquals(claude.command, null);
  assertEquals(unknown.command, null);
  assertEquals(unknown.events, []);
  assertEquals(unknown.limits.length, builtIn.general.limits.length);
  assertEquals(
    claude.limits.length,
    builtIn.general.limits.length + builtIn.runtimes.claude.limits.length,
  );
  assertEquals(claude.prompts.length > unknown.prompts.length, true);
});

Deno.test("resolveRuntime() takes the built-in entry of the same name when the entry is empty", () => {
  for (const name of builtInRuntimes) {
    const runtime = resolveRuntime(name, { [name]: {} });
    assertEquals(runtime.command?.startsWith(`${name} `), true);
    assertEquals([runtime.brief, runtime.stream], ["stdin", "ndjson"]);
    assertEquals(runtime.events.length > 0, true);
  }
});

Deno.test("resolveRuntime() takes what is left out from the entry that like names", () => {
  const table = { mine: { like: "codex", command: "my-codex --json", brief: "file" as const } };
  const runtime = resolveRuntime("mine", table);
  assertEquals(runtime.name, "mine");
  assertEquals(runtime.command, "my-codex --json");
  assertEquals(runtime.brief, "file");
  assertEquals(runtime.events, resolveRuntime("codex", { codex: {} }).events);
});

Deno.test("resolveRuntime() reads text from standard output when the entry says only a command", () => {
  const runtime = resolveRuntime("aider", { aider: { command: "aider --yes" } });
  assertEquals([runtime.brief, runtime.stream, runtime.events], ["stdin", "text", []]);
});

Deno.test("resolveRuntime() replaces own patterns and keeps the general ones", () => {
  const runtime = resolveRuntime("claude", { claude: { limits: ["^no more$"], prompts: [] } });
  assertEquals(runtime.limits[0]?.test("No more"), true);
  assertEquals(runtime.limits.length, builtIn.general.limits.length + 1);
  assertEquals(runtime.prompts.length, builtIn.general.prompts.length);
});

Deno.test("resolveRuntime() names the nearest runtime when an entry has no command", () => {
  const error = refusal("claud", { stream: "text" });
  assertEquals(error.message, "Cannot use runtime claud as its entry has no command");
  assertEquals(error.hints[0], "Did you mean claude?");
});

Deno.test("resolveRuntime() refuses a like that names no built-in runtime", () => {
  const error = refusal("mine", { like: "codx", command: "x" });
  assertEquals(error.message.includes("macp.runtimes.mine.like"), true);
  assertEquals(error.hints[0], "Did you mean codex?");
});

Deno.test("resolveRuntime() names the field when a regular expression does not parse", () => {
  const error = refusal("mine", { command: "x", limits: ["fine", "(["] });
  assertEquals(
    error.message,
    "Cannot use macp.runtimes.mine.limits[1] as it is no regular expression: ([",
  );
});

Deno.test("resolveRuntime() names the field when a regular expression can take for ever", () => {
  for (const field of ["limits", "prompts"]) {
    const error = refusal("mine", { command: "x", [field]: ["^(a+)+$"] });
    assertEquals(error.message.startsWith(`Cannot use macp.runtimes.mine.${field}[0] as a`), true);
    assertEquals(error.message.endsWith(": (a+)+"), true);
  }
});

Deno.test("resolveRuntime() names the field when a count is not known", () => {
  const events = [{ when: {}, usage: { input_token: "a" } }];
  const error = refusal("mine", { command: "x", events });
  assertEquals(error.message.includes("macp.runtimes.mine.events[0].usage"), true);
  assertEquals(error.hints[0], "Did you mean input_tokens?");
});

Deno.test("resolveRuntime() is not fooled by names of every object", () => {
  for (const name of ["constructor", "__proto__", "toString"]) {
    assertEquals(resolveRuntime(name, {}).command, null);
  }
});

Deno.test("built_in.json fits the schema of macp.runtimes", () => {
  assertEquals(faultsOf(validateConfig, { macp: { runtimes: builtIn.runtimes } }), []);
});
