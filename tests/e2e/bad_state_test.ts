import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, textOf, withRepository } from "./harness.ts";

for (const text of ["", "{", "[]", '{"schema_version": 1}', '{"running": 5}']) {
  Deno.test(`state.json that holds ${text || "nothing"}: exit 5, named, untouched, nothing run`, async () => {
    await withRepository(async (repository) => {
      await repository.submit("t", `touch ${repository.outside("ran")}`);
      const path = repository.state("state.json");
      Deno.writeTextFileSync(path, text);
      const queue = repository.queueText();
      for (const args of [["drain"], ["run", "--once"], ["cancel", "t"]]) {
        const { code, stderr } = await repository.macp(args);
        assertEquals(code, 5, `macp ${args.join(" ")}: ${stderr}`);
        assertStringIncludes(stderr, path);
        assertStringIncludes(stderr, "hint: ");
        assertEquals([Deno.readTextFileSync(path), repository.queueText()], [text, queue]);
      }
      assert(!exists(repository.outside("ran")));
      Deno.removeSync(path);
      assertEquals((await repository.macp(["drain"])).code, 0);
    });
  });
}

Deno.test("doctor names the fault of a state.json once, and what it could not look at", async () => {
  await withRepository(async (repository) => {
    const path = repository.state("state.json");
    Deno.writeTextFileSync(path, '{"schema_version": 1, "running": 5}');
    const { code, stdout } = await repository.macp(["doctor"]);
    assertEquals(code, 1);
    const lines = stdout.split("\n").filter((line) => line.includes("does not fit its schema"));
    assertEquals(lines.length, 1, stdout);
    assertStringIncludes(lines.join(), `${path}: /controller: found nothing`);
    assertStringIncludes(lines.join(), " → Nothing was overwritten");
    assertStringIncludes(stdout, "not looked at, for what lock says");
  });
});

Deno.test("An event file that cannot be written: exit 5 that names it, and no worker runs", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `echo x >> ${repository.outside("ran")}`, "--max-attempts", "2");
    const path = repository.state("events.ndjson");
    Deno.mkdirSync(path);
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 5);
    assert(!exists(repository.outside("ran")));
    Deno.removeSync(path);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals([repository.task("t").status, textOf(repository.outside("ran"))], [
      "completed",
      "x\n",
    ]);
    assertStringIncludes(stderr, path);
  });
});

Deno.test("A worker that removes the state folder: exit 5, its processes ended, no crash", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `rm -rf ${repository.state()}`);
    const { code, stderr } = await repository.macp(["drain"]);
    assertEquals(code, 5);
    assertStringIncludes(stderr, "error: Cannot ");
    assertStringIncludes(stderr, repository.state());
  });
});

Deno.test("A pipe in place of events or dead letters: exit 5 that names it, and nobody waits for it", async () => {
  await withRepository(async (repository) => {
    const events = repository.state("events.ndjson");
    const letters = repository.state("dead_letter", "stdout.ndjson");
    Deno.mkdirSync(repository.state("dead_letter"));
    await new Deno.Command("mkfifo", { args: [events, letters] }).output();
    const expected: [string[], string][] = [
      [["digest"], events],
      [["history"], events],
      [["watch", "--once"], events],
      [["watch", "--once", "--since", "2h"], events],
      [["redrive", "stdout"], letters],
      [["redrive", "stdout", "--dry-run"], letters],
    ];
    for (const [args, path] of expected) {
      const running = repository.start(args);
      const timer = setTimeout(() => running.kill("SIGKILL"), 30_000);
      const { code, stderr } = await running.ended;
      clearTimeout(timer);
      assertEquals(code, 5, `macp ${args.join(" ")}: ${stderr}`);
      assertStringIncludes(stderr, `${path} as it is a pipe or a device, not a file`);
    }
  });
});

Deno.test("A ledger that is nested too deep to be written is told, and stays", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "true")]);
    const nested = `${"[".repeat(12_000)}${"]".repeat(12_000)}`;
    const ledger =
      '{"schema_version":1,"controller":null,"running":{},"worktrees":{},"outbox":[],' +
      `"x":${nested}}`;
    Deno.writeTextFileSync(repository.state("state.json"), ledger);
    for (const args of [["cancel", "t"], ["retry", "t"], ["drain"]]) {
      const { code, stdout, stderr } = await repository.macp(args);
      assertEquals(code, 5, stdout + stderr);
      assertStringIncludes(
        stderr,
        `Cannot write ${repository.state("state.json")} as it is nested`,
      );
      assertStringIncludes(stderr, "hint: Nothing was overwritten");
    }
    assertEquals(textOf(repository.state("state.json")), ledger);
    assertEquals(repository.task("t").status, "pending");
  });
});
