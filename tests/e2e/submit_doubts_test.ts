import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Repository, withRepository } from "./harness.ts";
import { agentsPath } from "./yolo.ts";

/** Submits a task with a gate unless `more` says otherwise; gives standard error. */
async function warned(
  repository: Repository,
  id: string,
  more: string[],
  env: Record<string, string> = {},
): Promise<string> {
  const args = ["submit", "--task-id", id, "--title", "x", ...more];
  const { code, stderr } = await repository.macp(args, { env });
  assertEquals(code, 0, stderr);
  return stderr;
}

const gate = ["--gate", "true"];

Deno.test("submit warns of a command's file that the base commit does not hold", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "there.sh": "true\n" });
    repository.write("agent.sh", "true\n");
    const cases: [string[], string][] = [
      [["--command", "./agent.sh --fast"], "./agent.sh is not in main: commit it, or name it by"],
      [["--command", "tools/run"], "tools/run is not in main: commit it"],
      [["--command", "./there.sh"], ""],
      [["--command", "echo ./agent.sh"], ""],
      [["--command", `${repository.path}/agent.sh`], ""],
      [["--command", "../agent.sh"], ""],
      [["--command", "./agent.sh", "--worktree", "."], ""],
      [["--command", "./agent.sh", "--depends-on", "t0"], ""],
    ];
    for (const [n, [more, said]] of cases.entries()) {
      const stderr = await warned(repository, `t${n}`, [...more, ...gate]);
      if (said === "") assertEquals(stderr, "", more.join(" "));
      else assertStringIncludes(stderr, `warning: ${said}`);
    }
    const json = await repository.json<{ warnings: string[] }>(
      ["submit", "--task-id", "json", "--title", "x", "--command", "./agent.sh", ...gate],
    );
    assertStringIncludes(json.warnings.join(), "./agent.sh is not in main");
  });
});

Deno.test("submit takes a file for well that .worktreeinclude or the setup brings", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "agent.sh\n", ".worktreeinclude": "agent.sh\n" });
    assertEquals(await warned(repository, "a", ["--command", "./agent.sh", ...gate]), "");
    assertStringIncludes(
      await warned(repository, "b", ["--command", "./other.sh", ...gate]),
      "./other.sh is not in main",
    );
  });
});

Deno.test("submit warns of a task that nothing checks", async () => {
  await withRepository(async (repository) => {
    const said = "no gate: whatever it leaves is accepted";
    const command = ["--command", "true"];
    assertStringIncludes(await warned(repository, "a", command), said);
    assertStringIncludes(await warned(repository, "b", [...command, "--type", "coding"]), said);
    assertEquals(await warned(repository, "c", [...command, "--type", "research"]), "");
    assertEquals(await warned(repository, "d", [...command, "--quiet"]), "");
    assertEquals(await warned(repository, "e", [...command, ...gate]), "");
    repository.writeConfig({ quality_gates: ["true"] });
    assertEquals(await warned(repository, "f", command), "");
  });
});

Deno.test("submit and validate warn of a pipe in a gate that hides what failed", async () => {
  await withRepository(async (repository) => {
    const said = "the pipe in gate false | tail -1 ends with the code of its last command";
    const command = ["--command", "true"];
    assertStringIncludes(
      await warned(repository, "a", [...command, "--gate", "false | tail -1"]),
      said,
    );
    assertEquals(await warned(repository, "b", [...command, "--gate", "false || true"]), "");
    repository.writeConfig({ quality_gates: [{ command: "false | tail -1" }, "grep 'a|b' x"] });
    const { code, stdout } = await repository.macp(["validate"]);
    assertEquals(code, 0, stdout);
    for (const file of ["config.json", "tasks.json"]) {
      const lines = stdout.split("\n").filter((line) => line.includes(file) && /pipe/.test(line));
      assertEquals(lines.length, 1, stdout);
      assertStringIncludes(lines.join(), said);
    }
  });
});

Deno.test("submit and validate warn of fields that are close to known ones", async () => {
  await withRepository(async (repository) => {
    const said = 'field "metadata.expect_changes" has no effect; did you mean ' +
      "metadata.expects_changes?";
    const metadata = ["--metadata", '{"expect_changes": false}'];
    const stderr = await warned(repository, "a", ["--command", "true", ...metadata, ...gate]);
    assertStringIncludes(stderr, said);
    const b = { id: "b", title: "x", status: "pending", dispatch: "exec", command: "true" };
    repository.writeQueue([...repository.readQueue(), { ...b, gates: ["false"], owner: "me" }]);
    const { code, stdout } = await repository.macp(["validate"]);
    assertEquals(code, 0, stdout);
    assertStringIncludes(stdout, `tasks.json: a: ${said}`);
    assertStringIncludes(
      stdout,
      'tasks.json: b: field "gates" has no effect; did you mean quality_gates?',
    );
    assert(!stdout.includes("owner"), stdout);
  });
});

Deno.test("submit warns of a runtime that nothing here can run", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "brief.md": "# Do it\n" });
    const brief = ["--brief", "brief.md", "--runtime", "claude", ...gate];
    const stderr = await warned(repository, "a", brief);
    assertStringIncludes(stderr, "warning: mosaic is not on the PATH, and runtime claude needs it");
    assertStringIncludes(stderr, '"macp": {"runtimes": {"claude": {}}}');
    assertEquals(await warned(repository, "b", brief, { PATH: agentsPath }), "");
    assertEquals(await warned(repository, "c", ["--command", "true", ...gate]), "");
    repository.writeConfig({ macp: { runtimes: { claude: {} } } });
    assertEquals(await warned(repository, "d", brief), "");
  });
});

Deno.test("submit takes a duration for --timeout, and tells an empty value from none", async () => {
  await withRepository(async (repository) => {
    const submit = (id: string, ...more: string[]) =>
      repository.macp(["submit", "--task-id", id, "--command", "true", ...more]);
    const times: [string, number][] = [["90s", 90], ["10m", 600], ["1h", 3600], ["45", 45]];
    for (const [text, seconds] of times) {
      assertEquals((await submit(`t${text}`, "--title", "x", "--timeout", text)).code, 0);
      assertEquals(repository.task(`t${text}`).timeout_seconds, seconds);
    }
    const wrong = await submit("w", "--title", "x", "--timeout", "soon");
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "90s, 10m");
    assertStringIncludes((await submit("e", "--title", "")).stderr, "--title as it is empty");
    assertStringIncludes((await submit("e", "--title=")).stderr, "--title as it is empty");
    assertStringIncludes((await submit("e", "--title")).stderr, "--title as it has no value");
    assert(!repository.readQueue().some(({ id }) => id === "e"));
  });
});
