import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, fingerprint, withRepository } from "./harness.ts";

Deno.test("--dry-run changes no byte of init, submit, run, drain, retry and cancel", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("next", `touch ${repository.outside("ran")}`),
      execTask("failed", "true", { status: "failed" }),
    ]);
    repository.writeConfig({ enabled: true });
    const before = fingerprint(repository.folder);
    const calls: [string[], string][] = [
      [["init", "--enable"], ".gitignore"],
      [["submit", "--task-id", "new", "--title", "A title", "--command", "true"], "new"],
      [["run", "--once"], "next"],
      [["drain"], "next"],
      [["retry", "failed"], "failed"],
      [["cancel", "next"], "next"],
    ];
    for (const [args, says] of calls) {
      const { code, stdout } = await repository.macp([...args, "--dry-run"]);
      assertEquals(code, 0, args.join(" "));
      assertStringIncludes(stdout, "would");
      assertStringIncludes(stdout, says);
      const json = await repository.macp([...args, "--dry-run", "--json"]);
      assertEquals(JSON.parse(json.stdout).schema_version, 1);
      assertEquals(fingerprint(repository.folder), before, `macp ${args.join(" ")} --dry-run`);
    }
    assert(!exists(repository.outside("ran")));
  });
});

Deno.test("init --dry-run in a new repository makes nothing; what is wrong is refused the same", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(`${repository.path}/.mosaic`, { recursive: true });
    const { code, stdout } = await repository.macp(["init", "--dry-run"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "config.json");
    assert(!exists(`${repository.path}/.mosaic`));
    assertEquals((await repository.macp(["init"])).code, 0);
    assertEquals((await repository.macp(["drain", "--dry-run"])).code, 2);
    await repository.submit("t", "true");
    const twice = ["submit", "--task-id", "t", "--title", "x", "--command", "true", "--dry-run"];
    assertEquals((await repository.macp(twice)).code, 2);
    assertEquals((await repository.macp(["cancel", "nobody", "--dry-run"])).code, 2);
  });
});

Deno.test("init makes what is missing, keeps what is there, and its ignore file hides the state", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state(), { recursive: true });
    assertEquals((await repository.macp(["init"])).code, 0);
    assertEquals([...Deno.readDirSync(repository.state())].map(({ name }) => name).sort(), [
      ".gitignore",
      "config.json",
      "tasks.json",
    ]);
    assertStringIncludes(
      Deno.readTextFileSync(repository.state("config.json")),
      '"enabled": false',
    );
    await repository.submit("t", "true");
    const queue = repository.queueText();
    assertEquals((await repository.macp(["init", "--enable"])).code, 0);
    assertEquals(repository.queueText(), queue);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const tracked = await repository.git("status", "--porcelain", "--untracked-files=all");
    const names = tracked.split("\n").map((line) => line.split("/").at(-1)).sort();
    assertEquals(names, [".gitignore", "config.json", "tasks.json"]);
    assertEquals((await repository.macp(["init", "--enable"])).code, 0);
  });
});

Deno.test("clean --dry-run tells no event that a crash left untold", async () => {
  await withRepository(async (repository) => {
    const event = {
      event_id: "0198f5a2-7b3c-7def-8abc-000000000001",
      event_type: "task.progress",
      task_id: "t",
      status: "running",
      timestamp: "2026-11-21T12:00:00.000Z",
      source: "controller",
      message: "half",
      metadata: {},
    };
    const ledger = { schema_version: 1, controller: null, running: {}, worktrees: {} };
    Deno.writeTextFileSync(
      repository.state("state.json"),
      JSON.stringify({ ...ledger, outbox: [{ event, expects: null }] }),
    );
    const before = fingerprint(repository.state());
    assertEquals((await repository.macp(["clean", "--dry-run"])).code, 0);
    assertEquals(fingerprint(repository.state()), before);
    assertEquals((await repository.macp(["clean"])).code, 0);
    assertEquals(repository.eventTypes("t"), ["task.progress"]);
  });
});
