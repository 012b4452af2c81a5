import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  type Repository,
  type Running,
  type TaskFields,
  until,
  withRepository,
} from "./harness.ts";

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

/** A drain with the task `t` under way while `tasks.json` holds something older. */
async function withOlderQueue(
  queue: TaskFields[],
  test: (repository: Repository, draining: Running) => Promise<void>,
): Promise<void> {
  await withRepository(async (repository) => {
    const begun = repository.outside("begun");
    const task = execTask("t", `echo x > x; echo > ${begun}; exec sleep 600`);
    repository.writeQueue([task]);
    const draining = repository.start(["drain"]);
    await repository.untilWritten(begun);
    repository.writeQueue(queue.map((older) => ({ ...task, ...older })));
    await test(repository, draining);
  });
}

const olderQueues: Record<string, TaskFields[]> = {
  "is pending": [{ id: "t" }],
  "asks something": [{ id: "t", status: "escalated", outcome: "needs_input" }],
  "was cancelled": [{ id: "t", status: "failed", outcome: "cancelled" }],
  "is unknown": [],
};

for (const [what, queue] of Object.entries(olderQueues)) {
  Deno.test(`A task that runs is no other's, and can be cancelled, when it ${what} in an older queue`, async () => {
    await withOlderQueue(queue, async (repository, draining) => {
      const { running } = await repository.json<{ running: { carried_on: boolean }[] }>(["status"]);
      assertEquals(running.map(({ carried_on }) => carried_on), [true]);
      for (const verb of [["retry", "t"], ["reply", "t", "yes"]]) {
        const refused = await repository.macp(verb);
        assertEquals(refused.code, 2, refused.stderr);
        assertStringIncludes(refused.stderr, "it is running");
        assertStringIncludes(refused.stderr, "macp cancel t");
      }
      const cancelled = await repository.macp(["cancel", "t"]);
      assertEquals([cancelled.code, cancelled.stderr], [0, ""]);
      assertStringIncludes(cancelled.stdout, "t will be ended\n");
      const { code, stdout, stderr } = await draining.ended;
      assertEquals(code, 1, stdout + stderr);
      const { status, outcome, command, cancel_requested } = repository.task("t");
      assertEquals([status, outcome, cancel_requested], ["failed", "cancelled", undefined]);
      assertStringIncludes(command ?? "", "sleep 600");
      assertEquals(repository.result("t").metadata?.outcome, "cancelled");
      assertEquals(repository.events("t").filter(({ status }) => status === "failed").length, 1);
      assertEquals((await repository.macp(["retry", "t"])).code, 0);
      assertEquals(repository.task("t").status, "pending");
    });
  });
}

Deno.test("No task takes the id of one that is gone from the queue and runs", async () => {
  await withOlderQueue([], async (repository, draining) => {
    const rest = ["--title", "new", "--command", "true", "--idempotency-key", "k"];
    const submit = (id: string) => ["submit", "--task-id", id, ...rest];
    for (const args of [submit("t"), [...submit("t"), "--dry-run"]]) {
      const refused = await repository.macp(args);
      assertEquals(refused.code, 2, refused.stdout);
      assertStringIncludes(refused.stderr, "has not come to its end");
      assertStringIncludes(refused.stderr, "macp cancel t");
    }
    repository.write(
      "TASKS.md",
      "| id | status | depends_on |\n|-|-|-|\n| t | not-started | |\n| u | not-started | t |\n" +
        "| v | not-started | |\n",
    );
    const synced = await repository.macp(["sync", "--apply", "--docs", "TASKS.md"]);
    assertEquals(synced.code, 0, synced.stderr);
    assertStringIncludes(synced.stdout, "t (line 3) skipped: gone from tasks.json");
    assertEquals(repository.readQueue().map(({ id }) => id), ["v"]);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    draining.kill("SIGTERM");
    await draining.ended;
    assertEquals(repository.task("t").outcome, "cancelled");
    // The key was not taken by what was refused.
    const other = await repository.macp(submit("w"));
    assertEquals(other.code, 0, other.stderr);
    assertEquals(repository.readQueue().map(({ id }) => id).toSorted(), ["t", "v", "w"]);
  });
});

for (const what of ["is pending", "is unknown"] as const) {
  Deno.test(`status tells once of an attempt that was lost when its task ${what} in an older queue`, async () => {
    await withOlderQueue(olderQueues[what] ?? [], async (repository, draining) => {
      draining.kill("SIGKILL");
      await draining.ended;
      const dead = await repository.json<{ running: { worker: { pid: number } }[] }>(["status"]);
      Deno.kill(dead.running[0]?.worker.pid ?? 0, "SIGKILL");
      await until("the end of the worker", async () => {
        const { stdout } = await repository.macp(["status"]);
        return stdout.includes("lost with its controller");
      });
      const { stdout } = await repository.macp(["status"]);
      assertStringIncludes(stdout, "no controller lives: the next run recovers what was running");
      assert(!stdout.includes("working") && !stdout.includes("Ready"), stdout);
      assertEquals(stdout.split("\n").filter((line) => /^\S* *t\b/.test(line)).length, 1, stdout);
      const { running } = await repository.json<{ running: { carried_on: boolean }[] }>(["status"]);
      assertEquals(running.map(({ carried_on }) => carried_on), [false]);
      if (what === "is pending") {
        const cancelled = await repository.macp(["cancel", "t"]);
        assertStringIncludes(cancelled.stdout, "t will be ended by the next macp run or drain");
        assertEquals((await repository.macp(["drain"])).code, 1);
        assertEquals(repository.task("t").outcome, "cancelled");
        assertEquals(repository.result("t").metadata?.outcome, "cancelled");
      } else {
        const args = ["submit", "--task-id", "t", "--title", "new", "--command", "true"];
        assertEquals((await repository.macp(args)).code, 2);
        assertEquals((await repository.macp(["drain"])).code, 3);
        assertEquals((await repository.macp(args)).code, 0);
      }
    });
  });
}
