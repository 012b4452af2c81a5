import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, fingerprint, type Repository, withRepository } from "./harness.ts";

/** Writes config.json as it is. */
function writeText(repository: Repository, text: string): string {
  const path = repository.state("config.json");
  Deno.writeTextFileSync(path, text);
  return path;
}

Deno.test("Comments and trailing commas in config.json are read, and init --enable keeps them", async () => {
  await withRepository(async (repository) => {
    const text =
      `// one\n{\n  /* two */ "enabled": false, // three\n  "macp": { "base_ref": "main", "worktree_base": "${
        repository.outside("worktrees")
      }", },\n}\n`;
    const path = writeText(repository, text);
    assertEquals((await repository.macp(["drain"])).code, 2);
    assertEquals((await repository.macp(["init", "--enable"])).code, 0);
    assertEquals(Deno.readTextFileSync(path), text.replace("false", "true"));
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("Unknown keys warn with the nearest known name, and stop nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { base_reff: "x" }, quality_gate: [], unrelated_thing: 1 });
    const { code, stderr, stdout } = await repository.macp(["status"]);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stderr, "macp.base_reff");
    assertStringIncludes(stderr, "did you mean base_ref?");
    assertStringIncludes(stderr, "did you mean quality_gates?");
    assertStringIncludes(stderr, "unrelated_thing");
    assertStringIncludes(stderr, repository.state("config.json"));
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("Wrong types in config.json: exit 2, all at once, with file, path, value and expectation", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", `touch ${repository.outside("ran")}`)]);
    const path = writeText(
      repository,
      JSON.stringify({
        enabled: "yes",
        macp: {
          log_max_bytes: 1,
          base_ref: "",
          retry_backoff_seconds: -1,
          default_dispatch: "magic",
        },
        worker: { timeout_seconds: "long", max_attempts: 1.5 },
        quality_gates: "npm test",
      }),
    );
    const before = fingerprint(repository.path);
    for (const args of [["status"], ["drain"], ["run", "--once"], ["config"]]) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, stderr);
      for (
        const part of [
          ...[
            path,
            "/enabled",
            '"yes"',
            "boolean",
            "/macp/log_max_bytes",
            "/macp/base_ref",
            "/macp/retry_backoff_seconds",
            "-1",
          ],
          ...[
            "/macp/default_dispatch",
            '"magic"',
            "/worker/timeout_seconds",
            '"long"',
            "/worker/max_attempts",
            "1.5",
          ],
          ...["/quality_gates", '"npm test"', "array", "hint: "],
        ]
      ) assertStringIncludes(stderr, part);
    }
    assertEquals(fingerprint(repository.path), before);
    assert(!exists(repository.outside("ran")));
    const validated = await repository.macp(["validate"]);
    assertEquals(validated.code, 1);
    assertStringIncludes(validated.stdout, "/worker/max_attempts");
  });
});

for (
  const [name, text] of [["empty", ""], ["truncated", '{"enabled": tr'], [
    "not JSON",
    "enabled = true",
  ]] as const
) {
  Deno.test(`config.json that is ${name}: refused with its name, untouched, nothing run`, async () => {
    await withRepository(async (repository) => {
      repository.writeQueue([execTask("t", `touch ${repository.outside("ran")}`)]);
      const path = writeText(repository, text);
      for (const args of [["status"], ["drain"], ["init", "--enable"]]) {
        const { code, stderr } = await repository.macp(args);
        // Section 5 names both: 2 for the configuration, 5 for a file that does not parse.
        assert([2, 5].includes(code), `macp ${args.join(" ")}: ${code}`);
        assertStringIncludes(stderr, path);
        assertStringIncludes(stderr, "hint: ");
        assertEquals(Deno.readTextFileSync(path), text);
      }
      assert(!exists(repository.outside("ran")));
    });
  });
}

Deno.test("worktree_base in the home of another user: exit 2 with the field, and no folder of that name", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { worktree_base: "~root/x" } });
    repository.writeQueue([execTask("t", "true")]);
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, '/macp/worktree_base: found "~root/x"');
    assert(!exists(`${repository.path}/~root`));
    repository.writeConfig();
    const flag = await repository.macp(["drain", "--set", "macp.worktree_base=~root/x"]);
    assertEquals(flag.code, 2);
    assertStringIncludes(flag.stderr, "worktree_base");
    repository.writeConfig({ macp: { worktree_base: "~/trees" } });
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(exists(repository.outside("home", "trees")));
  });
});

Deno.test("config.json that is no object: refused", async () => {
  await withRepository(async (repository) => {
    writeText(repository, "[]");
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "object");
  });
});

Deno.test("While it is not enabled, run and drain say so and how to enable it, and run nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ enabled: false });
    repository.writeQueue([execTask("t", `touch ${repository.outside("ran")}`)]);
    const before = fingerprint(repository.path);
    for (const args of [["drain"], ["run"], ["run", "--once"]]) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "macp init --enable");
    }
    assertEquals(fingerprint(repository.path), before);
    assert(!exists(repository.outside("ran")));
    // Submitting into a queue that is not armed works, with a warning.
    const submitted = await repository.macp([
      "submit",
      "--task-id",
      "u",
      "--title",
      "x",
      "--command",
      "true",
    ]);
    assertEquals(submitted.code, 0);
    assertStringIncludes(submitted.stderr, "not enabled");
  });
});

Deno.test("A repository without config.json is not enabled; a folder without macp says: init", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state("config.json"));
    assertEquals((await repository.macp(["drain"])).code, 2);
    Deno.removeSync(repository.state(), { recursive: true });
    for (
      const args of [["status"], ["drain"], [
        "submit",
        "--task-id",
        "t",
        "--title",
        "x",
        "--command",
        "true",
      ]]
    ) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "macp init --enable");
    }
    assert(!exists(repository.state()));
  });
});

Deno.test("Settings come from flags, then the repository, then the user, then the defaults", async () => {
  await withRepository(async (repository) => {
    const userFile = repository.outside("home", ".config", "macp", "config.json");
    Deno.mkdirSync(repository.outside("home", ".config", "macp"), { recursive: true });
    Deno.writeTextFileSync(
      userFile,
      '{"worker": {"timeout_seconds": 11, "max_attempts": 3,}, "macp": {"log_max_bytes": 70000}}',
    );
    repository.writeConfig({ worker: { timeout_seconds: 22 } });
    type Row = { key: string; value: unknown; origin: string };
    const { settings } = await repository.json<{ settings: Row[] }>(
      [
        "config",
        "--show-origin",
        "--set",
        "macp.log_max_bytes=80000",
        "--set",
        "macp.brief_dir=briefs",
      ],
    );
    const row = (key: string) => settings.find((row) => row.key === key);
    const repositoryFile = repository.state("config.json");
    assertEquals(row("worker.timeout_seconds"), {
      key: "worker.timeout_seconds",
      value: 22,
      origin: repositoryFile,
    });
    assertEquals(row("worker.max_attempts"), {
      key: "worker.max_attempts",
      value: 3,
      origin: userFile,
    });
    assertEquals([row("macp.log_max_bytes")?.value, row("macp.brief_dir")?.value], [
      80000,
      "briefs",
    ]);
    assert(row("macp.log_max_bytes")?.origin.startsWith("--set"));
    assertEquals(row("worker.runtime"), {
      key: "worker.runtime",
      value: "codex",
      origin: "default",
    });
    const plain = (await repository.macp(["config", "--show-origin"])).stdout;
    assertStringIncludes(plain, userFile);
    assertStringIncludes(plain, "default");
    assertEquals((await repository.macp(["config", "worker.timeout_seconds"])).stdout, "22\n");
    const xdg = repository.outside("xdg");
    Deno.mkdirSync(`${xdg}/macp`, { recursive: true });
    Deno.writeTextFileSync(`${xdg}/macp/config.json`, '{"worker": {"max_attempts": 7}}');
    const env = { XDG_CONFIG_HOME: xdg };
    assertEquals((await repository.macp(["config", "worker.max_attempts"], { env })).stdout, "7\n");
  });
});
