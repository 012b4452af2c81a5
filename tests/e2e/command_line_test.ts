import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, macpPath, type Repository, startProgram, withRepository } from "./harness.ts";
import { isThere } from "./shells.ts";

const names = [
  ...["init", "submit", "status", "run", "drain", "show", "diff", "logs", "history", "retry"],
  ...["cancel", "validate", "config", "demo", "completions", "man", "version", "help"],
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
      assert(stdout.indexOf("Examples:") < stdout.indexOf("Begin:"));
      for (const text of ["--repo", "--json", "130"]) assertStringIncludes(stdout, text);
    }
    for (const name of names) {
      const asked = [["help", name], [name, "--help"], [name, "-h"], ["--help", name]];
      for (const args of asked) {
        const { code, stdout, stderr } = await repository.macp(args, { cwd: repository.folder });
        assertEquals([code, stderr], [0, ""], args.join(" "));
        assert(stdout.includes(`Usage:\n  macp ${name}`), args.join(" "));
        assert(stdout.includes("Examples:"), name);
        assert(stdout.indexOf("Examples:") < stdout.indexOf("Usage:"), name);
        assertMatch(stdout, new RegExp(`Examples:\\n  .*macp ${name}`));
      }
    }
  });
});

Deno.test("Help tells of each topic, and names the nearest for a wrong one", async () => {
  await withRepository(async (repository) => {
    const cwd = repository.folder;
    const topics: [string, string][] = [
      ["exit-codes", "a human is needed"],
      ["environment", "MACP_WORKTREE"],
      ["formats", "depends_on"],
      ["gates", "timeout_seconds"],
      ["recipes", "cron"],
    ];
    const program = await repository.macp(["help"], { cwd });
    for (const [topic, word] of topics) {
      assertMatch(program.stdout, new RegExp(`^  ${topic} +\\S`, "m"));
      const { code, stdout, stderr } = await repository.macp(["help", topic], { cwd });
      assertEquals([code, stderr], [0, ""]);
      assertStringIncludes(stdout, word);
    }
    const wrong = await repository.macp(["help", "exit-code"], { cwd });
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "Did you mean macp help exit-codes?");
  });
});

Deno.test("Help with --json is the command table, for programs", async () => {
  await withRepository(async (repository) => {
    const all = await repository.json<{ commands: { name: string; exit_codes: object }[] }>([
      "help",
    ]);
    for (const name of names) assert(all.commands.some((command) => command.name === name), name);
    const one = await repository.json<{ command: { options: { name: string }[] } }>(
      ["submit", "--help"],
    );
    assert(one.command.options.some(({ name }) => name === "depends-on"));
  });
});

Deno.test("version --json says version, commit and runtime", async () => {
  await withRepository(async (repository) => {
    for (const args of [["version"], ["--version"]]) {
      const said = await repository.json<{ version: string; commit: string; runtime: object }>(
        args,
        { cwd: repository.folder },
      );
      const { stdout } = await repository.macp(["--version"]);
      assertEquals(`macp ${said.version}\n`, stdout);
      assertMatch(said.commit, /^[0-9a-f]{40}(-dirty)?$/);
      assertEquals(Object.keys(said.runtime), ["name", "version", "target"]);
    }
  });
});

Deno.test("The man page passes the checks of mandoc and of man", async () => {
  await withRepository(async (repository) => {
    const { code, stdout } = await repository.macp(["man"], { cwd: repository.folder });
    assertEquals(code, 0);
    for (const name of names) assertStringIncludes(stdout, `.SS "macp ${name}`);
    const path = repository.outside("macp.1");
    Deno.writeTextFileSync(path, stdout);
    const checks = [["mandoc", "-Tlint", "-Wall", path], ["man", "--warnings", "-l", path]];
    for (const [program = "", ...args] of checks) {
      if (!isThere(program)) continue;
      const env = { ...repository.env, LC_ALL: "C.UTF-8", MANPAGER: "cat" };
      const ran = await startProgram(program, args, { cwd: repository.folder, env }).ended;
      assertEquals([ran.code, ran.stderr], [0, ""], program);
      if (program === "mandoc") assertEquals(ran.stdout, "");
      else assertStringIncludes(ran.stdout, "SYNOPSIS");
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
      [["ls"], "macp status"],
      [["merge", "good"], "macp land"],
      [["kill", "good"], "macp cancel"],
      [["completions", "bsh"], "macp completions bash"],
      [["redrive", "webhok"], "webhook"],
      [
        ["submit", "--task-id", "n", "--title", "x", "--command", "x", "--depends-on", "gud"],
        "good",
      ],
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
      [["config", "webhook"], "macp.webhook"],
      [["--verison"], "--version"],
      [["--hlep"], "--help"],
      [["--jsn", "status"], "--json"],
    ];
    for (const [args, near] of cases) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, `Did you mean ${near}?`, args.join(" "));
    }
  });
});

Deno.test("An option that there is not is refused before the command, and alone", async () => {
  await withRepository(async (repository) => {
    const cases: [string[], string][] = [
      [["--bogus"], "Cannot use option --bogus as macp has none of that name"],
      [["--bogus=1", "status"], "Cannot use option --bogus as macp has none of that name"],
      [["-C", "/tmp", "status"], "Cannot use option -C as macp has none of that name"],
      [["-C", "/tmp", "status"], "hint: Use --repo DIR"],
      [["-qx", "status"], "Cannot use option -qx as macp has none of that name"],
      [["--repo"], "Cannot use --repo as it has no value"],
    ];
    for (const [args, said] of cases) {
      const { code, stdout, stderr } = await repository.macp(args);
      assertEquals([code, stdout], [2, ""], args.join(" "));
      assertStringIncludes(stderr, said, args.join(" "));
    }
    const json = await repository.macp(["--bogus", "delegate", "--json"]);
    assertEquals([json.code, JSON.parse(json.stderr).error.code], [2, "usage"]);
    for (const args of [["-qv", "status"], ["--plain"], ["--color=never", "-v", "status"]]) {
      assertEquals((await repository.macp(args)).code, 0, args.join(" "));
    }
  });
});

Deno.test("history that finds nothing names the nearest id and event type", async () => {
  await withEnds(async (repository) => {
    const cases: [string[], string][] = [
      [["--task-id", "goood"], "warning: there is no task goood; did you mean good?\n"],
      [["--type", "task.faild"], "did you mean task.failed?\n"],
      [["--task-id", "good", "--type", "task.failed"], ""],
    ];
    for (const [args, said] of cases) {
      const { code, stdout, stderr } = await repository.macp(["history", ...args]);
      assertEquals([code, stdout], [0, ""]);
      if (said === "") assertEquals(stderr, "");
      else assertStringIncludes(stderr, said);
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
      ["config", "macp.log_max_bytes"],
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
      [["drain", "--set", "macp.log_max_bytes=many"], "config_invalid", 2],
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

for (const name of ["toString", "constructor", "__proto__"]) {
  Deno.test(`A command called ${name} does not exist: exit 2`, async () => {
    await withRepository(async (repository) => {
      const { code, stderr } = await repository.macp([name]);
      assertEquals([code, stderr.split("\n")[0]], [
        2,
        `error: Cannot run ${name} as there is no such command`,
      ]);
    });
  });
}
