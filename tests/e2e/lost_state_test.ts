import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  commitAll,
  execTask,
  exists,
  isAlive,
  type Repository,
  textOf,
  withRepository,
} from "./harness.ts";

/** How a worker loses what macp wrote down of its attempt. */
const losses: Record<string, (repository: Repository) => string> = {
  "removes state.json": (repository) => `rm ${repository.state("state.json")}`,
  "cleans the checkout": (repository) => `git -C ${repository.path} clean -fdxq`,
  "puts an empty ledger there": (repository) =>
    `echo '{"schema_version":1,"controller":null,"running":{},"worktrees":{},"outbox":[]}' > ` +
    repository.state("state.json"),
};

for (const [what, lose] of Object.entries(losses)) {
  Deno.test(`The end of an attempt is recorded when its worker ${what}`, async () => {
    await withRepository(async (repository) => {
      const command = `echo hi > hi.txt; ${commitAll}; ${lose(repository)}`;
      const after = execTask("after", "test -f hi.txt", { depends_on: ["t"] });
      repository.writeQueue([execTask("t", command, { quality_gates: ["sleep 1"] }), after]);
      // Otherwise the queue goes with a clean checkout.
      await repository.git("add", "--force", ".mosaic/orchestrator/tasks.json");
      await repository.git("add", "--force", ".mosaic/orchestrator/config.json");
      await repository.git("commit", "--quiet", "--message", "queue");

      const drained = await repository.macp(["drain"]);

      assertEquals(drained.code, 0, drained.stdout + drained.stderr);
      assertEquals([repository.task("t").status, repository.task("after").status], [
        "completed",
        "completed",
      ]);
      assertEquals(repository.eventTypes("t").at(-1), "task.completed");
      assertEquals([exists(repository.worktree("t")), exists(repository.worktree("after"))], [
        false,
        false,
      ]);
      assertEquals(repository.result("t").metadata?.outcome, "completed");
      const { running, worktrees, controller } = JSON.parse(
        Deno.readTextFileSync(repository.state("state.json")),
      );
      assertEquals([running, worktrees, controller], [{}, {}, null]);
      assertEquals((await repository.macp(["drain"])).code, 0);
    });
  });
}

Deno.test("A ledger that is removed while an attempt runs is written again at once", async () => {
  await withRepository(async (repository) => {
    const command = `sleep 0.5; rm ${repository.state("state.json")}; ` +
      `until test -e ${repository.state("state.json")}; do sleep 0.05; done`;
    repository.writeQueue([execTask("t", command)]);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 0, drained.stderr);
    assertStringIncludes(drained.stdout, "was removed while it ran, and is written again");
    assert(!exists(repository.worktree("t")));
  });
});

Deno.test("After a crash that lost the ledger too, the worktree is pinned and goes with its task", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    const command = `echo work > work.txt; echo $$ > ${pid}; sleep 600`;
    repository.writeQueue([execTask("t", command, { max_attempts: 1 })]);
    const killed = repository.start(["drain"]);
    await repository.untilWritten(pid);
    killed.kill("SIGKILL");
    await killed.ended;
    Deno.removeSync(repository.state("state.json"));

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 1, drained.stderr);
    assertStringIncludes(drained.stdout, "the ledger had lost its worktree");
    const { metadata } = repository.result("t");
    assertEquals(metadata?.outcome, "worker_lost");
    const pinned = await repository.git("show", `${metadata?.snapshot_ref}:work.txt`);
    assertEquals([pinned, exists(repository.worktree("t"))], ["work", false]);
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    assert(exists(repository.outside("worktrees", "t", "work.txt")));
  });
});

/** What a restored backup of the time before a run leaves of the state, besides its queue. */
const backups: Record<string, (repository: Repository) => unknown> = {
  "nothing": (repository) => {
    for (const name of ["state.json", "events.ndjson", "logs", "attempts", "results"]) {
      if (exists(repository.state(name))) {
        Deno.removeSync(repository.state(name), { recursive: true });
      }
    }
  },
  "all but the ledger": (repository) => Deno.removeSync(repository.state("state.json")),
};

for (const [what, lose] of Object.entries(backups)) {
  for (const queued of [true, false]) {
    const queue = queued ? "has not begun" : "is not in the queue";
    Deno.test(`A lost attempt of a task that ${queue} is ended and told when ${what} is left`, async () => {
      await withRepository(async (repository) => {
        const pids = repository.outside("pids");
        const command = `echo work > work.txt; setsid sleep 600 & echo "$$ $!" >> ${pids}; wait`;
        const before = queued ? [execTask("t", command)] : [];
        repository.writeQueue([execTask("t", command)]);
        const killed = repository.start(["drain"]);
        const workers = (await repository.untilWritten(pids)).split(" ").map(Number);
        killed.kill("SIGKILL");
        await killed.ended;
        repository.writeQueue(before);
        lose(repository);
        assertEquals(workers.map(isAlive), [true, true]);

        const drained = await repository.macp(["drain"]);

        assertEquals(workers.map(isAlive), [false, false], drained.stdout);
        assertEquals(drained.code, queued ? 1 : 3, drained.stdout + drained.stderr);
        const { metadata } = repository.result("t");
        assertEquals([metadata?.outcome, metadata?.attempt_serial], ["worker_lost", 1]);
        assertEquals(repository.eventTypes("t").at(-1), "task.failed");
        const pinned = await repository.git("show", `${metadata?.snapshot_ref}:work.txt`);
        assertEquals([pinned, textOf(pids)?.split("\n").length], ["work", 2]);
        if (queued) assertEquals(repository.task("t").attempts, 1);
      });
    });
  }
}

Deno.test("A worktree that a lost ledger does not name is gone on in where its attempts had ended", async () => {
  await withRepository(async (repository) => {
    const command = 'echo $MACP_ATTEMPT >> attempts; test "$MACP_ATTEMPT" = 2';
    repository.writeConfig({ macp: { retry_backoff_seconds: 3600 } });
    repository.writeQueue([execTask("t", command, { max_attempts: 2 })]);
    await repository.macp(["run", "--once"]);
    Deno.removeSync(repository.state("state.json"));
    repository.writeConfig();
    const queue = repository.queueText().replace(/,\s*"not_before": "[^"]*"/, "");
    repository.writeQueue(queue);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 0, drained.stdout + drained.stderr);
    assertEquals(await repository.git("show", `${repository.result("t").branch}:attempts`), "1\n2");
  });
});

/** Ways out of a task that waits for a person, when the ledger is lost. */
const waysOut: Record<string, string[][]> = {
  retry: [["retry", "t"], ["drain"]],
  accept: [["accept", "t"]],
  restore: [["restore", "t"], ["accept", "t"]],
};

for (const [what, calls] of Object.entries(waysOut)) {
  Deno.test(`macp ${what} takes a worktree that a lost ledger does not name`, async () => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { cleanup_worktrees: false } });
      const right = repository.outside("right");
      const command = "echo work > work.txt";
      repository.writeQueue([
        execTask("t", command, { quality_gates: [`test -e ${right}`], max_attempts: 1 }),
      ]);
      assertEquals((await repository.macp(["drain"])).code, 3);
      assert(exists(repository.worktree("t")));
      Deno.removeSync(repository.state("state.json"));
      Deno.writeTextFileSync(right, "");
      for (const args of calls) {
        const ran = await repository.macp(args);
        assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      }
      assertEquals(repository.task("t").status, "completed");
    });
  });
}

Deno.test("macp clean tells of a worktree that a lost ledger does not name, and pins it", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    const gates = { quality_gates: ["false"], max_attempts: 1 };
    repository.writeQueue([execTask("t", "echo work > work.txt", gates)]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    Deno.removeSync(repository.state("state.json"));
    const foreseen = await repository.macp(["clean", "--dry-run"]);
    assertStringIncludes(foreseen.stdout, "is escalated and waits for a person");
    assert(!exists(repository.state("state.json")));
    const cleaned = await repository.macp(["clean", "--all"]);
    assertEquals(cleaned.code, 0, cleaned.stderr);
    assert(!exists(repository.worktree("t")));
    const ref = repository.result("t").metadata?.snapshot_ref;
    assertEquals(await repository.git("show", `${ref}:work.txt`), "work");
  });
});
