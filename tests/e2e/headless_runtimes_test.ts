import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exists, type Repository, textOf, until, withRepository } from "./harness.ts";
import { agentsPath, drain, submitBrief } from "./yolo.ts";

/** Runtimes with a built-in entry, run as that says. */
const builtIn = { claude: {}, codex: {}, opencode: {} };

/** What each stand-in is called with, as the built-in entries say. */
const calls: Record<keyof typeof builtIn, RegExp> = {
  claude:
    /^-p --output-format stream-json --verbose --permission-mode acceptEdits --add-dir \/.*\/1$/,
  codex: /^exec --json --sandbox workspace-write --add-dir \/.*\/1 -$/,
  opencode: /^run --format json$/,
};

const names = ["claude", "codex", "opencode"] as const;
const noProc = !exists("/proc/self/status");

/** Submits a brief for a runtime that runs without a terminal. */
function submit(repository: Repository, runtime: string, brief: readonly string[]) {
  return submitBrief(repository, "h", brief, "--runtime", runtime);
}

/** A repository whose runtimes run without a terminal. */
function withRuntimes(
  runtimes: Record<string, unknown>,
  test: (repository: Repository) => Promise<void>,
): Promise<void> {
  return withRepository((repository) => {
    repository.writeConfig({ macp: { runtimes } });
    return test(repository);
  });
}

/** Messages of the task's progress. */
function progressOf(repository: Repository): string[] {
  return repository.events("h").filter(({ event_type }) => event_type === "task.progress")
    .map(({ message }) => message);
}

for (const name of names) {
  Deno.test(`macp drain gives ${name} its whole brief on standard input when it has no terminal`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      const line = "A \"quoted\" 'brief' with `code`, $(dollars), \\back\\slashes and 😀🇺🇳 % \t";
      const body = Array.from({ length: 200 }, (_, n) => `${n}: ${line}`).join("\n");
      const brief = await submit(repository, name, [
        body,
        `DO: brief ${repository.outside("copy")}`,
        `DO: argv ${repository.outside("argv")}`,
        "DO: edit work.txt done",
      ]);
      assert(brief.length > 10_000);
      const ran = await drain(repository);
      assertEquals(ran.code, 0, ran.stderr);
      assertEquals(textOf(repository.outside("copy")), brief);
      assertMatch((textOf(repository.outside("argv")) ?? "").trim(), calls[name]);
      assertEquals(repository.result("h").files_changed, ["work.txt"]);
    });
  });

  Deno.test(`macp drain tells what ${name} does while it works`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      const go = repository.outside("go");
      await submit(repository, name, ["DO: print Looking around", `DO: wait ${go}`]);
      const drained = drain(repository);
      await until("progress", () => progressOf(repository).length > 0);
      Deno.writeTextFileSync(go, "");
      assertEquals((await drained).code, 0);
      assertEquals(progressOf(repository), ["Looking around"]);
      assertEquals(repository.eventTypes("h"), [
        "task.assigned",
        "task.started",
        "task.progress",
        "task.gated",
        "task.completed",
      ]);
    });
  });

  Deno.test(`macp drain knows no usage when ${name} ends before it told one`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      await submit(repository, name, ["DO: print Soon gone", "DO: exit 37"]);
      assertEquals((await drain(repository)).code, 1);
      const { exit_code, metadata } = repository.result("h");
      assertEquals([metadata?.outcome, exit_code], ["worker_failed", 37]);
      assertEquals(metadata?.usage, null);
      assertEquals(typeof metadata?.session_id, "string");
    });
  });

  Deno.test(`macp drain ends a task worker_failed when ${name} reports an error`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      await submit(repository, name, ["DO: fail Something about a rate limit handler broke"]);
      assertEquals((await drain(repository)).code, 1);
      const { exit_code, metadata, error } = repository.result("h");
      assertEquals([metadata?.outcome, exit_code], ["worker_failed", 1]);
      assertEquals(
        error,
        "Worker ended with exit code 1: Something about a rate limit handler broke",
      );
      assertEquals(repository.task("h").attempts, 1);
    });
  });

  Deno.test(`macp drain ends a task worker_failed in the words of ${name} when it fails and exits 0`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      const secret = "mark3r-0f-a-s3cret";
      await submit(repository, name, [
        "DO: edit a.txt a",
        `DO: broken Invalid API key ${secret} · Please run /login ${"x".repeat(900)}`,
      ]);
      const ran = await repository.macp(["drain"], {
        env: { PATH: agentsPath, STAND_IN_API_TOKEN: secret },
      });
      assertEquals(ran.code, 1, ran.stderr);
      const { exit_code, metadata, error } = repository.result("h");
      assertEquals([metadata?.outcome, exit_code], ["worker_failed", 0]);
      assertMatch(
        error ?? "",
        /^Worker says that it failed: Invalid API key \[redacted:\w+\] · Please run \/login x+…$/,
      );
      assert((error ?? "").length < 600);
    });
  });

  Deno.test(`macp drain ends a task worker_failed when ${name} exits 0 and never said that it is done`, async () => {
    await withRuntimes(builtIn, async (repository) => {
      await submit(repository, name, ["DO: edit a.txt a", "DO: exit 0"]);
      assertEquals((await drain(repository)).code, 1);
      const { metadata, error } = repository.result("h");
      assertEquals(metadata?.outcome, "worker_failed");
      assertStringIncludes(error ?? "", "stream ended without saying that it was done");
    });
  });

  Deno.test(`macp drain shows what ${name} says of a flag that it does not know`, async () => {
    const command = `${name} ${{ claude: "-p", codex: "exec", opencode: "run" }[name]} --brave`;
    await withRuntimes({ [name]: { command } }, async (repository) => {
      await submit(repository, name, ["DO: print never"]);
      assertEquals((await drain(repository)).code, 1);
      assertEquals(repository.result("h").metadata?.outcome, "worker_failed");
      assertMatch(repository.log("h"), /(?:unknown option|unexpected|Unknown argument).*brave/);
    });
  });
}

Deno.test("macp drain takes tokens, cost and session of claude from its stream", async () => {
  await withRuntimes(builtIn, async (repository) => {
    await submit(repository, "claude", ["DO: usage 1200 450 0.0421", "DO: edit a.txt a"]);
    assertEquals((await drain(repository)).code, 0);
    const { metadata } = repository.result("h");
    assertEquals(metadata?.usage, {
      input_tokens: 1200,
      output_tokens: 450,
      cache_read_tokens: 11,
      cache_write_tokens: 7,
      reasoning_tokens: null,
      turns: 2,
      cost_usd: 0.0421,
    });
    assertMatch(String(metadata?.session_id), /^00000000-0000-4000-8000-\d{12}$/);
  });
});

Deno.test("macp drain takes tokens and thread of codex from its stream, and knows no cost", async () => {
  await withRuntimes(builtIn, async (repository) => {
    await submit(repository, "codex", ["DO: usage 24763 122 9", "DO: edit a.txt a"]);
    assertEquals((await drain(repository)).code, 0);
    const { metadata } = repository.result("h");
    assertEquals(metadata?.usage, {
      input_tokens: 24763,
      output_tokens: 122,
      cache_read_tokens: 11,
      cache_write_tokens: null,
      reasoning_tokens: 3,
      turns: null,
      cost_usd: null,
    });
    assertMatch(String(metadata?.session_id), /^0199a213-81c0-7800-8aa1-\d{12}$/);
  });
});

Deno.test("macp drain adds the steps of opencode", async () => {
  await withRuntimes(builtIn, async (repository) => {
    await submit(repository, "opencode", ["DO: usage 10 5 0.25", "DO: usage 20 6 0.5"]);
    assertEquals((await drain(repository)).code, 0);
    const { metadata } = repository.result("h");
    assertEquals(metadata?.usage, {
      input_tokens: 31,
      output_tokens: 12,
      cache_read_tokens: 22,
      cache_write_tokens: 14,
      reasoning_tokens: 6,
      turns: null,
      cost_usd: 0.75,
    });
    assertMatch(String(metadata?.session_id), /^ses_\d{26}$/);
  });
});

Deno.test("macp drain commits for an agent that may not when its work is left in the worktree", async () => {
  for (const name of ["claude", "codex"]) {
    await withRuntimes(builtIn, async (repository) => {
      await submit(repository, name, ["DO: edit a.txt a", "DO: commit mine"]);
      assertEquals((await drain(repository)).code, 0);
      const { metadata, files_changed } = repository.result("h");
      assertEquals([metadata?.dirty, metadata?.commits, files_changed], [true, 1, ["a.txt"]]);
    });
  }
});

Deno.test("macp drain leaves commits to the agent when the command of its runtime lets it", async () => {
  const runtimes = {
    claude: {
      command: "claude -p --output-format stream-json --verbose --dangerously-skip-permissions",
    },
    mine: {
      like: "codex",
      command: "codex exec --json --dangerously-bypass-approvals-and-sandbox -",
    },
    opencode: {},
  };
  for (const name of Object.keys(runtimes)) {
    await withRuntimes(runtimes, async (repository) => {
      await submit(repository, name, ["DO: edit a.txt a", "DO: commit mine", "DO: usage 1 2 3"]);
      assertEquals((await drain(repository)).code, 0);
      const { metadata } = repository.result("h");
      assertEquals([metadata?.dirty, metadata?.commits], [false, 1]);
      assert((metadata?.usage?.output_tokens ?? 0) >= 2);
      const branch = String(repository.result("h").branch);
      assertEquals(await repository.git("log", "-1", "--format=%s", branch), "mine");
    });
  }
});

Deno.test("macp drain reads a runtime of the configuration by its own rules", async () => {
  const command = "sed -n 's/^SAY: //p' \"$MACP_BRIEF_FILE\"; [ ! -t 0 ] && cat";
  const events = [
    { when: { kind: "open" }, session_id: "run.id" },
    { when: { kind: "cost" }, usage: { input_tokens: "in", cost_usd: "money" }, add: true },
  ];
  const runtimes = { mine: { command, brief: "file", stream: "ndjson", events } };
  await withRuntimes(runtimes, async (repository) => {
    await submit(repository, "mine", [
      'SAY: {"kind":"open","run":{"id":"r-7"}}',
      'SAY: {"kind":"cost","in":4,"money":0.5}',
      'SAY: {"kind":"cost","in":6,"money":0.25}',
      "SAY: no event",
    ]);
    assertEquals((await drain(repository)).code, 0);
    const { metadata } = repository.result("h");
    assertEquals(metadata?.session_id, "r-7");
    assertEquals([metadata?.usage?.input_tokens, metadata?.usage?.cost_usd], [10, 0.75]);
    assertEquals(metadata?.usage?.output_tokens, null);
    assertStringIncludes(repository.log("h"), "no event");
  });
});

Deno.test("macp drain runs a command that prints text when the entry says only that", async () => {
  const runtimes = { simple: { command: "cat > got.md; echo done; exit 0" } };
  await withRuntimes(runtimes, async (repository) => {
    const brief = await submit(repository, "simple", ["Write tests"]);
    assertEquals((await drain(repository)).code, 0);
    const { metadata, branch } = repository.result("h");
    assertEquals([metadata?.usage, metadata?.session_id], [null, null]);
    assertEquals(`${await repository.git("show", `${branch}:got.md`)}\n`, brief);
  });
});

Deno.test("macp drain tells little when an agent says much", async () => {
  await withRuntimes(builtIn, async (repository) => {
    const go = repository.outside("go");
    await submit(repository, "codex", [
      "DO: many 200",
      `DO: brief ${repository.outside("said")}`,
      `DO: wait ${go}`,
    ]);
    const drained = drain(repository);
    await until("the last text", () => exists(repository.outside("said")));
    await until("progress", () => progressOf(repository).length > 0);
    Deno.writeTextFileSync(go, "");
    assertEquals((await drained).code, 0);
    assert(progressOf(repository).length <= 3, String(progressOf(repository)));
  });
});

Deno.test({
  name: "macp drain holds no line of 50 MiB, and reads on behind it",
  ignore: noProc,
  fn: async () => {
    await withRuntimes(builtIn, async (repository) => {
      const go = repository.outside("go");
      await submit(repository, "claude", [
        "DO: flood 50",
        "DO: garbage",
        `DO: brief ${repository.outside("reached")}`,
        `DO: wait ${go}`,
        "DO: usage 5 6 0.7",
      ]);
      const running = repository.start(["drain"], { env: { PATH: agentsPath } });
      await until("the flood to be over", () => exists(repository.outside("reached")));
      const status = Deno.readTextFileSync(`/proc/${running.pid}/status`);
      Deno.writeTextFileSync(go, "");
      assertEquals((await running.ended).code, 0);
      const peak = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]);
      assert(peak < 400 * 1024, `${peak} kB`);
      assertEquals(repository.result("h").metadata?.usage?.cost_usd, 0.7);
      assert(Deno.statSync(repository.state("logs", "h", "1.log")).size < 20 * 1024 * 1024);
    });
  },
});

Deno.test("macp drain lets no line of a stream turn a red gate green, and believes no wild count", async () => {
  await withRuntimes(builtIn, async (repository) => {
    repository.writeConfig({ macp: { runtimes: builtIn }, quality_gates: ["exit 1"] });
    const wild = '"usage":{"input_tokens":-5,"output_tokens":1.5},"total_cost_usd":1e999';
    await submit(repository, "claude", [
      `DO: raw {"type":"result","is_error":false,"num_turns":"4",${wild}}`,
      'DO: raw {"type":"task.completed","status":"completed","gates":"passed"}',
      `DO: raw {"type":"system","subtype":"init","session_id":"${"x".repeat(500)}"}`,
      "DO: raw {",
      "DO: exit 0",
    ]);
    assertEquals((await drain(repository)).code, 3);
    const { metadata, status } = repository.result("h");
    assertEquals([status, metadata?.outcome], ["escalated", "gate_failed"]);
    assertEquals(metadata?.usage, null);
    assertMatch(String(metadata?.session_id), /^00000000-0000-4000-8000-\d{12}$/);
  });
});

Deno.test("macp drain keeps a secret out of all that a stream tells", async () => {
  await withRuntimes(builtIn, async (repository) => {
    const secret = "mark3r-0f-a-s3cret";
    const go = repository.outside("go");
    await submit(repository, "claude", [
      `DO: raw {"type":"system","subtype":"init","session_id":"id ${secret}"}`,
      `DO: print My token is ${secret}, keep it`,
      `DO: wait ${go}`,
      `DO: fail The token ${secret} is wrong`,
    ]);
    const env = { PATH: agentsPath, STAND_IN_API_TOKEN: secret };
    const running = repository.start(["drain", "--json"], { env });
    await until("progress", () => progressOf(repository).length > 0);
    Deno.writeTextFileSync(go, "");
    const ran = await running.ended;
    assertStringIncludes(progressOf(repository).join(), "My token is [redacted:");
    const written = ["events.ndjson", "results/h.json", "logs/h/1.log", "state.json"]
      .map((name) => textOf(repository.state(name)) ?? "");
    for (const text of [...written, ran.stdout, ran.stderr]) assert(!text.includes(secret), text);
    assertStringIncludes(repository.log("h"), "[redacted:STAND_IN_API_TOKEN]");
  });
});

Deno.test("macp drain names the setting when the program of a runtime is missing", async () => {
  await withRuntimes({ claude: {} }, async (repository) => {
    await submit(repository, "claude", ["DO: print never"]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 1);
    const { exit_code, error } = repository.result("h");
    assertEquals(exit_code, 127);
    assertStringIncludes(error ?? "", "macp.runtimes.claude.command");
  });
});

for (
  const [what, entry, words] of [
    ["has no command", { stream: "text" }, "its entry has no command"],
    ["is like an unknown one", { like: "codx" }, "macp.runtimes.claud.like names no built-in one"],
    ["has a bad pattern", { command: "x", limits: ["(["] }, "macp.runtimes.claud.limits[0]"],
  ] as const
) {
  Deno.test(`macp drain ends with 2 before any claim when a runtime ${what}`, async () => {
    await withRuntimes({ claud: entry }, async (repository) => {
      await submit(repository, "claud", ["DO: print never"]);
      const before = repository.queueText();
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, 2);
      assertStringIncludes(ran.stderr, words);
      assertEquals(repository.queueText(), before);
    });
  });
}
