import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, macpPath, type Repository, startProgram, withRepository } from "./harness.ts";

const names = [
  ...["init", "submit", "status", "run", "drain", "show", "diff", "logs", "history", "retry"],
  ...["cancel", "validate", "config", "demo"],
];

/** A queue with one task of each end, drained. */
async function withEnds(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("good", "echo hello from good; echo hi > hi", {
        quality_gates: ["true"],
        type: "coding",
      }),
      execTask("bad", "echo it broke >&2; exit 4"),
      execTask("red", "echo x > x", { quality_gates: ["echo gate says no; false"] }),
      execTask("waiting", "true", { depends_on: ["bad"] }),
    ]);
    await repository.macp(["drain"]);
    await test(repository);
  });
}

Deno.test("Help of the program and of each command exits 0 and shows examples first", async () => {
  await withRepository(async (repository) => {
    for (const args of [["help"], ["--help"], ["-h"], []]) {
      const { code, stdout } = await repository.macp(args);
      assertEquals(code, 0, args.join(" "));
      for (const name of names) assertMatch(stdout, new RegExp(`^  ${name} +\\S`, "m"));
      assert(stdout.indexOf("Examples:") < stdout.indexOf("Commands:"));
      for (const text of ["--repo", "--json", "130"]) assertStringIncludes(stdout, text);
    }
    for (const name of names) {
      const asked = [["help", name], [name, "--help"], [name, "-h"], ["--help", name]];
      for (const args of asked) {
        const { code, stdout, stderr } = await repository.macp(args, { cwd: repository.folder });
        assertEquals([code, stderr], [0, ""], args.join(" "));
        assert(stdout.includes("Usage: macp " + name), args.join(" "));
        assert(stdout.includes("Examples:"), name);
        assert(stdout.indexOf("Examples:") < stdout.indexOf("Usage:"), name);
        assertMatch(stdout, new RegExp(`Examples:\\n  macp ${name}`));
      }
    }
  });
});

Deno.test("--version is one line, in any folder, without git", async () => {
  await withRepository(async (repository) => {
    for (const args of [["--version"], ["version"], ["-V"]]) {
      const ran = await startProgram(macpPath, args, { cwd: "/", env: {} }).ended;
      assertEquals([ran.code, ran.stderr], [0, ""]);
      assertMatch(ran.stdout, /^macp \d+\.\d+\.\d+\S*\n$/);
    }
    assertEquals((await repository.macp(["--version"])).code, 0);
  });
});

Deno.test("A wrong command, option, value, id or setting names the nearest right one", async () => {
  await withEnds(async (repository) => {
    const cases: [string[], string][] = [
      [["statsu"], "macp status"],
      [["Drian"], "macp drain"],
      [["submit", "--titel", "x"], "--title"],
      [["submit", "--max-attempt=2"], "--max-attempts"],
      [["status", "--jsn"], "--json"],
      [["submit", "--task-id", "n", "--title", "x", "--dispatch", "exce"], "exec"],
      [["submit", "--task-id", "n", "--title", "x", "--type", "codnig"], "coding"],
      [["show", "goood"], "good"],
      [["cancel", "waitin"], "waiting"],
      [["status", "--task-id", "bda"], "bad"],
      [["drain", "--set", "macp.base_rf=main"], "macp.base_ref"],
      [["config", "worker.timeout_second"], "worker.timeout_seconds"],
    ];
    for (const [args, near] of cases) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, `Did you mean ${near}?`, args.join(" "));
    }
  });
});

Deno.test("Messages have the form: error, then hints", async () => {
  await withRepository(async (repository) => {
    const { stderr, stdout } = await repository.macp(["show", "nobody"]);
    assertEquals(stdout, "");
    assertMatch(
      stderr,
      /^error: Cannot [^\n]+ as [^\n]+: ?nobody[^\n]*[^.\n]\n(hint: [^\n]+\n)+$|^error: Cannot [^\n]+ as [^\n]+[^.\n]\n(hint: [^\n]+\n)+$/,
    );
  });
});

Deno.test("Every command with --json prints one document with schema_version", async () => {
  await withEnds(async (repository) => {
    const calls = [
      ["init", "--enable"],
      ["submit", "--task-id", "new", "--title", "x", "--command", "true"],
      ["status"],
      ["status", "--task-id", "good"],
      ["show", "good"],
      ["show", "waiting"],
      ["diff", "good"],
      ["history"],
      ["history", "--task-id", "good"],
      ["config"],
      ["config", "macp.jobs"],
      ["validate"],
      ["drain", "--dry-run"],
      ["cancel", "new"],
      ["retry", "bad"],
      ["logs", "good"],
    ];
    for (const args of calls) {
      const { code, stdout, stderr } = await repository.macp([...args, "--json"]);
      assertEquals([code, stderr], [0, ""], `macp ${args.join(" ")}`);
      assertEquals(JSON.parse(stdout).schema_version, 1, args.join(" "));
    }
    const { code, stdout } = await repository.macp(["drain", "--json"]);
    assertEquals(code, 3);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert(
      lines.some(({ event_type, task_id }) => event_type === "task.failed" && task_id === "bad"),
    );
    assertEquals(lines.at(-1).schema_version, 1);
    assertEquals(lines.at(-1).summary.exit_code, 3);
  });
});

Deno.test("A log that is longer than one read is one document too", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "seq 1 60000");
    await repository.macp(["drain"]);
    const { stdout } = await repository.macp(["logs", "t", "--json"]);
    assertStringIncludes(JSON.parse(stdout).text, "\n59999\n60000\n");
  });
});

Deno.test("With --json an error is one object on standard error with a stable code", async () => {
  await withRepository(async (repository) => {
    const cases: [string[], string, number][] = [
      [["show", "nobody"], "unknown_task", 2],
      [["no-such-command"], "usage", 2],
      [["status", "--nothing"], "usage", 2],
      [["submit", "--task-id", "../x", "--title", "x", "--command", "true"], "usage", 2],
      [["drain", "--set", "enabled=false"], "not_enabled", 2],
      [["drain", "--set", "macp.jobs=many"], "config_invalid", 2],
      [["--repo", repository.folder, "status"], "not_a_repository", 2],
    ];
    const check = async (args: string[], code: string, exitCode: number) => {
      const ran = await repository.macp([...args, "--json"]);
      assertEquals([ran.code, ran.stdout], [exitCode, ""], args.join(" "));
      assertEquals(ran.stderr.trimEnd().split("\n").length, 1);
      const { schema_version, error } = JSON.parse(ran.stderr);
      assertEquals(
        [schema_version, error.code, error.exit_code],
        [1, code, exitCode],
        args.join(" "),
      );
      assert(error.message.startsWith("Cannot "));
    };
    for (const [args, code, exitCode] of cases) await check(args, code, exitCode);
    repository.writeQueue("{");
    await check(["status"], "unparsable_file", 5);
    repository.writeQueue('{"tasks":[{"id":"a"},{"id":"a"}]}');
    await check(["status"], "queue_duplicate_id", 5);
  });
});

Deno.test("Global options stand before or after the command; --quiet and --repo work", async () => {
  await withEnds(async (repository) => {
    const cwd = repository.folder;
    const before = await repository.macp(["--repo", "project", "--json", "status"], { cwd });
    const after = await repository.macp(["status", "--json", "--repo=project"], { cwd });
    assertEquals([before.code, before.stdout], [0, after.stdout]);
    const quiet = await repository.macp([
      "submit",
      "--quiet",
      "--task-id",
      "q",
      "--title",
      "x",
      "--command",
      "true",
    ]);
    assertEquals([quiet.code, quiet.stdout, quiet.stderr], [0, "", ""]);
    const drained = await repository.macp(["drain", "-q"]);
    assertEquals([drained.code, drained.stdout], [3, ""]);
  });
});

Deno.test("submit chooses the dispatch: exec with a command, yolo with a brief, else the default", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "brief.md": "# Do it\n" });
    const submit = (id: string, ...more: string[]) =>
      repository.macp(["submit", "--task-id", id, "--title", "x", ...more]);
    assertEquals((await submit("a", "--command", "true")).code, 0);
    assertEquals((await submit("b", "--brief", "brief.md")).code, 0);
    assertEquals((await submit("c", "--set", "macp.default_dispatch=acp")).code, 0);
    assertEquals((await submit("d", "--command", "true", "--brief", "brief.md")).code, 0);
    assertEquals((await submit("e")).code, 2);
    assertEquals(repository.readQueue().map(({ dispatch }) => dispatch), [
      "exec",
      "yolo",
      "acp",
      "exec",
    ]);
  });
});

Deno.test("submit takes every field, and refuses a taken id and one that differs in case only", async () => {
  await withRepository(async (repository) => {
    await repository.submit("first", "true");
    const args = [
      "submit",
      "--task-id",
      "T",
      "--title",
      "x",
      "--description",
      "long",
      "--command",
      "true",
      "--type",
      "coding",
    ];
    args.push(
      "--runtime",
      "claude",
      "--branch",
      "feat/x",
      "--depends-on",
      "first",
      "--gate",
      "a b",
      "--gate",
      "c",
    );
    args.push("--max-attempts", "3", "--timeout", "1.5", "--issue", "#4", "--metadata", '{"n": 1}');
    assertEquals((await repository.macp(args)).code, 0);
    assertEquals(repository.task("T"), {
      ...{
        id: "T",
        title: "x",
        description: "long",
        status: "pending",
        type: "coding",
        dispatch: "exec",
      },
      ...{
        runtime: "claude",
        command: "true",
        branch: "feat/x",
        depends_on: ["first"],
        max_attempts: 3,
      },
      ...{ timeout_seconds: 1.5, quality_gates: ["a b", "c"], issue: "#4", metadata: { n: 1 } },
    });
    const before = repository.queueText();
    for (const id of ["first", "FIRST", "t"]) {
      const { code, stderr } = await repository.macp([
        "submit",
        "--task-id",
        id,
        "--title",
        "x",
        "--command",
        "true",
      ]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, id);
    }
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("The same idempotency key adds a task once, also after it ran; another task conflicts", async () => {
  await withRepository(async (repository) => {
    const submit = (...more: string[]) =>
      repository.json([
        "submit",
        "--task-id",
        "t",
        "--title",
        "x",
        "--command",
        "true",
        "--idempotency-key",
        "k",
        ...more,
      ]);
    assertEquals((await submit()).submitted, true);
    assertEquals([(await submit()).submitted, (await submit()).duplicate], [false, true]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals((await submit()).duplicate, true);
    assertEquals(repository.readQueue().length, 1);
    assertEquals(repository.task("t").status, "completed");
    const other = [
      "submit",
      "--task-id",
      "u",
      "--title",
      "other",
      "--command",
      "true",
      "--idempotency-key",
      "k",
    ];
    const { code, stderr } = await repository.macp(other);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "idempotency key");
    const many = Array.from(
      { length: 6 },
      () =>
        repository.macp([
          "submit",
          "--task-id",
          "m",
          "--title",
          "x",
          "--command",
          "true",
          "--idempotency-key",
          "m",
        ]),
    );
    assertEquals((await Promise.all(many)).map(({ code }) => code), [0, 0, 0, 0, 0, 0]);
    assertEquals(repository.readQueue().filter(({ id }) => id === "m").length, 1);
  });
});
