import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, textOf, until, withRepository } from "./harness.ts";

Deno.test("A worker that fails is retried while attempts are left, then failed", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    await repository.submit(
      "t",
      `echo $MACP_ATTEMPT/$MACP_MAX_ATTEMPTS >> ${ran}; exit 5`,
      "--max-attempts",
      "3",
    );
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(textOf(ran), "1/3\n2/3\n3/3\n");
    const result = repository.result("t");
    assertEquals([result.status, result.exit_code, result.attempt], ["failed", 5, 3]);
    assertEquals(result.metadata?.outcome, "worker_failed");
    assert(result.failed_at && result.completed_at);
    assertEquals(repository.attemptResult("t", 2).exit_code, 5);
    assert(!exists(repository.state("results", "attempts", "t", "3.json")));
    assertEquals(repository.task("t").attempts, 3);
  });
});

Deno.test("worker.max_attempts of the configuration holds for tasks that do not say", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ worker: { max_attempts: 2 } });
    const ran = repository.outside("ran");
    await repository.submit("t", `echo x >> ${ran}; exit 1`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(textOf(ran), "x\nx\n");
  });
});

Deno.test("A back-off is kept in the file, doubles, and survives a restart", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 100 } });
    const ran = repository.outside("ran");
    await repository.submit("t", `echo x >> ${ran}; exit 1`, "--max-attempts", "5");
    await repository.macp(["run", "--once"]);
    const pause = () => {
      const event = repository.events("t").findLast(({ event_type }) =>
        event_type === "task.retry.scheduled"
      );
      return (Date.parse(repository.task("t").not_before ?? "") -
        Date.parse(event?.timestamp ?? "")) / 1000;
    };
    assert(Math.abs(pause() - 100) < 5, `the pause is ${pause()} s`);
    // A run that comes later still waits.
    assertEquals((await repository.macp(["run", "--once"])).code, 0);
    assertEquals(textOf(ran), "x\n");
    const status = await repository.json<{ next_wake_up: string }>(["status"]);
    assertEquals(
      status.next_wake_up,
      new Date(repository.task("t").not_before ?? "").toISOString(),
    );
    for (const expected of [200, 300, 300]) {
      const queue = JSON.parse(repository.queueText());
      queue.tasks[0].not_before = new Date(0).toISOString();
      repository.writeQueue(queue.tasks);
      await repository.macp(["run", "--once"]);
      assert(Math.abs(pause() - expected) < 5, `the pause is ${pause()} s, not ${expected} s`);
    }
    assertEquals(textOf(ran), "x\n".repeat(4));
  });
});

Deno.test("drain passes over a task in back-off while others can run, then waits for it", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 1 } });
    const order = repository.outside("order");
    await repository.submit(
      "a",
      `echo a$MACP_ATTEMPT >> ${order}; test "$MACP_ATTEMPT" = 2`,
      "--max-attempts",
      "2",
    );
    await repository.submit("b", `echo b >> ${order}`);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(order), "a1\nb\na2\n");
  });
});

Deno.test("retry queues a failed task again: attempts count anew, serials go on", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    await repository.submit("t", `echo $MACP_ATTEMPT >> ${ran}; exit 1`, "--max-attempts", "2");
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    const { status, attempts } = repository.task("t");
    assertEquals([status, attempts], ["pending", 0]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(textOf(ran), "1\n2\n3\n4\n");
    // Nothing of the earlier attempts was overwritten.
    for (const serial of [1, 2, 3]) {
      assertEquals(repository.attemptResult("t", serial).metadata?.attempt_serial, serial);
    }
    for (const serial of [1, 2, 3, 4]) assert(repository.log("t", serial).length > 0);
  });
});

Deno.test("retry refuses what runs or is completed, and cancel what ended", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    repository.writeQueue([
      execTask("done", "true", { status: "completed" }),
      execTask("lost", "true", { status: "failed" }),
      execTask("busy", `echo $$ > ${pid}; exec sleep 600`),
    ]);
    const drain = repository.start(["drain"]);
    await repository.untilWritten(pid);
    for (
      const args of [["retry", "done"], ["retry", "busy"], ["cancel", "done"], ["cancel", "lost"]]
    ) {
      const { code, stderr } = await repository.macp(args);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(stderr, args[1] ?? "");
    }
    assertEquals((await repository.macp(["cancel", "busy"])).code, 0);
    await drain.ended;
  });
});

Deno.test("Nothing runs twice: a drain after a drain, and after its results were deleted", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    for (const id of ["a", "b", "c"]) await repository.submit(id, `echo ${id} >> ${ran}`);
    await repository.macp(["drain"]);
    await repository.macp(["drain"]);
    for (const name of ["results", "logs", "state.json", "events.ndjson"]) {
      Deno.removeSync(repository.state(name), { recursive: true });
    }
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(ran), "a\nb\nc\n");
  });
});

Deno.test("run --once handles at most one task that can run now", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("blocked", "true", { depends_on: ["b"] }),
      execTask("a", "true"),
      execTask("b", "true"),
    ]);
    const statuses = async () => {
      await repository.macp(["run", "--once"]);
      return repository.readQueue().map(({ status }) => status);
    };
    assertEquals(await statuses(), ["pending", "completed", "pending"]);
    assertEquals(await statuses(), ["pending", "completed", "completed"]);
    assertEquals(await statuses(), ["completed", "completed", "completed"]);
    assertEquals(await statuses(), ["completed", "completed", "completed"]);
  });
});

Deno.test("A crash between an event's promise and its line is made good by the next run", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "false");
    await repository.macp(["drain"]);
    const path = repository.state("events.ndjson");
    const lines = (textOf(path) ?? "").trimEnd().split("\n");
    const last = JSON.parse(lines.at(-1) ?? "");
    const state = JSON.parse(textOf(repository.state("state.json")) ?? "");
    state.outbox = [{ event: last, expects: null }];
    Deno.writeTextFileSync(repository.state("state.json"), JSON.stringify(state));
    // The crash left half of the line.
    Deno.writeTextFileSync(path, `${lines.slice(0, -1).join("\n")}\n{"event_id":"0`);
    await repository.macp(["drain"]);
    await repository.macp(["drain"]);
    const ids = (textOf(path) ?? "").split("\n").filter((line) => line.includes(last.event_id));
    assertEquals(ids.length, 1);
    assertEquals(JSON.parse(ids[0] ?? ""), last);
    await until(
      "history",
      async () => (await repository.macp(["history"])).stdout.includes("task.failed"),
    );
  });
});
