import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, fingerprint, textOf, withRepository } from "./harness.ts";

Deno.test("result_path names the result's place inside .mosaic/orchestrator, and show finds it", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "true", { result_path: "results/deep/x.json" })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const text = textOf(repository.state("results", "deep", "x.json")) ?? "";
    assertEquals(JSON.parse(text).task_id, "t");
    const { result } = await repository.json<{ result: { status: string } }>(["show", "t"]);
    assertEquals(result.status, "completed");
  });
});

Deno.test("A result_path that leaves the folder or names the state writes no file there", async () => {
  await withRepository(async (repository) => {
    const absolute = repository.outside("absolute.json");
    const paths = [
      ...[absolute, "../../escaped.json", "results/../../../escaped.json", "config.json"],
      ...["tasks.json", "./state.json", "logs/../events.ndjson", "run.lock", "tasks.lock"],
      ...["logs/t0/1.log", "event_cursor.json"],
    ];
    repository.writeQueue(paths.map((path, i) => execTask(`t${i}`, "true", { result_path: path })));
    const config = textOf(repository.state("config.json"));
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stderr);
    assertEquals(textOf(repository.state("config.json")), config);
    assertEquals(repository.readQueue().length, paths.length);
    for (const [i] of paths.entries()) {
      assertEquals(repository.result(`t${i}`).task_id, `t${i}`);
    }
    for (const path of [absolute, `${repository.path}/escaped.json`]) assert(!exists(path), path);
    assert(!exists(repository.outside("escaped.json")));
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});

for (
  const path of ["results", "", ".", "a\0b/x.json", "tasks.json/x.json", "config.json/x/y.json"]
) {
  Deno.test(`A result_path that can be no file stops no other task: ${JSON.stringify(path)}`, async () => {
    await withRepository(async (repository) => {
      repository.writeQueue([
        execTask("odd", "true", { result_path: path }),
        execTask("good", "true"),
      ]);
      // Whatever becomes of the odd one.
      for (let time = 0; time < 2; time++) await repository.macp(["drain"]);
      assertEquals(repository.task("good").status, "completed");
      assert(["completed", "escalated", "failed"].includes(repository.task("odd").status));
      repository.readQueue();
    });
  });
}

Deno.test("A result in the usual place of another task stays when that one runs", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("u", "true", { result_path: "results/t.json" }),
      execTask("t", "true", { result_path: "answers/t.json" }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").task_id, "u");
    const text = textOf(repository.state("answers", "t.json")) ?? "";
    assertEquals(JSON.parse(text).task_id, "t");
  });
});

Deno.test("A symbolic link on the way to a result or a log is not followed out of the folder", async () => {
  await withRepository(async (repository) => {
    const target = repository.outside("target");
    Deno.mkdirSync(target);
    Deno.symlinkSync(target, repository.state("elsewhere"));
    repository.writeQueue([execTask("t", "true", { result_path: "elsewhere/x.json" })]);
    await repository.macp(["drain"]);
    assertEquals([...Deno.readDirSync(target)], []);
  });
});

Deno.test("A result_path that cannot be used is named without the secret in it", async () => {
  await withRepository(async (repository) => {
    const token = `ghp_${"q7Zk2Wx9".repeat(4)}abcd`;
    repository.writeQueue([execTask("t", "true", { result_path: `../${token}` })]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stderr);
    assert(!(ran.stdout + ran.stderr).includes(token), ran.stdout);
    const text = textOf(repository.state("results", "t.json")) ?? "";
    assert(text.includes("../[redacted:GITHUB_TOKEN] was not used") && !text.includes(token), text);
  });
});

Deno.test("A result_dir outside of the state is refused before anything is changed", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { result_dir: "elsewhere" } });
    repository.writeQueue([execTask("t", "true")]);
    const before = fingerprint(repository.state());
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 2, ran.stderr);
    assert(ran.stderr.includes("macp.result_dir"), ran.stderr);
    assertEquals(fingerprint(repository.state()), before);
  });
});

Deno.test("A result path that is another task's is refused, and no evidence is replaced", async () => {
  await withRepository(async (repository) => {
    const task = ["submit", "--title", "x", "--command", "true", "--gate", "true", "--task-id"];
    await repository.macp([...task, "a"]);
    await repository.macp([...task, "b", "--result-path", "results/c.json"]);
    for (const more of [["d", "--result-path", "results/./a.json"], ["c"]]) {
      const { code, stderr } = await repository.macp([...task, ...more]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, `over that of task ${more[0] === "c" ? "b" : "a"}`);
      assertStringIncludes(stderr, "--result-path");
    }
    repository.writeQueue([
      execTask("a", "exit 1"),
      execTask("b", "true", { result_path: "results/c.json" }),
      execTask("c", "true"),
      execTask("d", "true", { result_path: "results/a.json" }),
    ]);
    const { stdout, code } = await repository.macp(["validate"]);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "/tasks/2/result_path: the result of task c would be written");
    assertStringIncludes(stdout, "/tasks/3/result_path: the result of task d would be written");
    assertStringIncludes((await repository.macp(["doctor"])).stdout, "2 tasks are invalid: c, d");
    await repository.macp(["drain"]);
    for (const [id, outcome] of Object.entries({ a: "worker_failed", b: "completed" })) {
      const { result } = await repository.json<{ result: { metadata: { outcome: string } } }>(
        ["show", id],
      );
      assertEquals(result.metadata.outcome, outcome);
    }
    for (const id of ["c", "d"]) {
      assertEquals(repository.task(id).outcome, "invalid_task");
      const { result } = await repository.json<{ result: { task_id: string } | null }>([
        "show",
        id,
      ]);
      assertEquals(result?.task_id ?? id, id);
    }
  });
});
