import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, type Repository, withRepository } from "./harness.ts";

/** Commits the settings and an empty queue, so that git in the checkout can put it back. */
async function trackQueue(repository: Repository): Promise<void> {
  for (const name of ["config.json", "tasks.json"]) {
    await repository.git("add", "--force", `.mosaic/orchestrator/${name}`);
  }
  await repository.git("commit", "--quiet", "--message", "queue");
}

Deno.test("A queue that a worker resets is told of, and the task that ran keeps its end", async () => {
  await withRepository(async (repository) => {
    await trackQueue(repository);
    repository.writeQueue([
      execTask("a", `git -C ${repository.path} reset --quiet --hard`),
      execTask("b", "true"),
      execTask("ended", "true", { status: "completed" }),
    ]);

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 3, drained.stdout + drained.stderr);
    const gone = "Gone from tasks.json before they ended: b.";
    assertStringIncludes(drained.stdout + drained.stderr, gone);
    assertEquals(repository.readQueue().map(({ id, status }) => [id, status]), [[
      "a",
      "completed",
    ]]);
    const warnings = repository.result("a").metadata?.warnings?.join("\n") ?? "";
    assertStringIncludes(warnings, gone);
    assertStringIncludes(warnings, "The task was gone from tasks.json while it ran");
    assertEquals(repository.eventTypes("a").at(-1), "task.completed");
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("Tasks that come back, and ended ones that a person removes, are no loss", async () => {
  await withRepository(async (repository) => {
    const [away, hand] = [repository.outside("away"), repository.outside("hand")];
    const queue = repository.state("tasks.json");
    const command = `mv ${queue} ${away}; sleep 0.6; mv ${away} ${queue}; echo done > ${hand}; ` +
      "sleep 0.6";
    const ended = execTask("ended", "true", { status: "completed" });
    repository.writeQueue([ended, execTask("a", command), execTask("b", "true")]);
    const draining = repository.start(["drain"]);
    await repository.untilWritten(hand);
    const open = repository.readQueue().filter(({ id }) => id !== "ended");
    repository.writeQueue(open.map((task) => ({ ...task })));
    const { code, stdout, stderr } = await draining.ended;
    assertEquals([code, stderr], [0, ""], stdout);
    assert(!stdout.includes("Gone from"), stdout);
    assertEquals(repository.readQueue().map(({ status }) => status), ["completed", "completed"]);
  });
});

Deno.test("A task that completed and runs again from an older queue says so; a retry does not", async () => {
  await withRepository(async (repository) => {
    const queue = [execTask("t", "true")];
    repository.writeQueue(queue);
    assertEquals((await repository.macp(["drain"])).code, 0);
    repository.writeQueue(queue);
    const again = await repository.macp(["drain"]);
    const told = "Attempt 1 completed the task, of which tasks.json says nothing";
    assertEquals(again.code, 0, again.stderr);
    assertStringIncludes(again.stdout, told);
    assertStringIncludes(repository.result("t").metadata?.warnings?.join("\n") ?? "", told);
    const [task] = repository.readQueue();
    repository.writeQueue([{ ...task, status: "pending" }]);
    const asked = await repository.macp(["drain"]);
    assertEquals([asked.code, asked.stdout.includes("completed the task")], [0, false]);
    assertEquals(repository.result("t").metadata?.attempt_serial, 3);
  });
});

for (const named of [{}, { result_path: "answers/t.json" }]) {
  const what = "result_path" in named ? "a result_path of its own" : "the usual result";
  Deno.test(`A lost attempt of a task that is gone is told, and so is its next run: ${what}`, async () => {
    await withRepository(async (repository) => {
      const begun = repository.outside("begun");
      const command = `echo $MACP_ATTEMPT >> ${begun}; echo x > x; ` +
        `[ $(wc -l < ${begun}) = 2 ] || exec sleep 600`;
      const queue = [execTask("t", command, named)];
      repository.writeQueue(queue);
      const killed = repository.start(["drain"]);
      await repository.untilWritten(begun);
      killed.kill("SIGKILL");
      await killed.ended;
      repository.writeQueue([]);

      const drained = await repository.macp(["drain"]);

      const told = drained.stdout + drained.stderr;
      assertEquals(drained.code, 3, told);
      assertStringIncludes(told, "t: attempt 1 was lost with its controller");
      assertStringIncludes(told, "Gone from tasks.json before they ended: t.");
      assertEquals(repository.eventTypes("t").at(-1), "task.failed");
      assertEquals(repository.result("t").metadata?.outcome, "worker_lost");
      assertEquals((await repository.macp(["drain"])).code, 0);

      repository.writeQueue(queue);
      const again = await repository.macp(["drain"]);
      assertEquals(again.code, 0, again.stdout + again.stderr);
      const ran = "Attempt 1 was lost, of which tasks.json says nothing";
      assertStringIncludes(again.stdout + again.stderr, ran);
      assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
      const result = JSON.parse(
        Deno.readTextFileSync(repository.state(named.result_path ?? "results/t.json")),
      );
      assertEquals([result.status, result.metadata.attempt_serial], ["completed", 2]);
      assertStringIncludes(result.metadata.warnings.join("\n"), ran);
    });
  });
}
