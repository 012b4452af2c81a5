import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, isAlive, textOf, until, withRepository } from "./harness.ts";

/** A worker that starts children which leave its group, and notes their pids. */
const family = (pids: string) =>
  `setsid sleep 600 & a=$!; (sleep 600 & echo $! > ${pids}.c; exec setsid sh -c 'sleep 600 & echo $! > ${pids}.d; wait') & ` +
  `while [ ! -s ${pids}.c ] || [ ! -s ${pids}.d ]; do sleep 0.02; done; ` +
  `echo "$$ $a $(cat ${pids}.c) $(cat ${pids}.d)" > ${pids}; sleep 600`;

Deno.test("A time-out ends the worker and all that it started, also in other sessions", async () => {
  await withRepository(async (repository) => {
    const pids = repository.outside("pids");
    await repository.submit("t", family(pids), "--timeout", "1.5");
    assertEquals((await repository.macp(["drain"])).code, 1);
    const started = (textOf(pids) ?? "").trim().split(" ").map(Number);
    assertEquals(started.length, 4);
    assertEquals(started.map(isAlive), [false, false, false, false]);
    const result = repository.result("t");
    assertEquals([result.status, result.metadata?.outcome, result.exit_code], [
      "failed",
      "timed_out",
      124,
    ]);
    assertStringIncludes(result.error ?? "", "1.5");
  });
});

Deno.test("A worker that ignores TERM is killed, and a time-out is retried", async () => {
  await withRepository(async (repository) => {
    const command =
      `if [ "$MACP_ATTEMPT" = 1 ]; then trap '' TERM; while :; do sleep 0.2; done; fi`;
    await repository.submit("t", command, "--timeout", "0.5", "--max-attempts", "2");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const first = repository.attemptResult("t", 1);
    assertEquals(first.metadata?.outcome, "timed_out");
    assert((first.metadata?.duration_seconds ?? 0) >= 10, "KILL came before 10 s");
  });
});

Deno.test("What a worker that exited 0 leaves behind ends before the gates", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit(
      "t",
      `setsid sleep 600 & echo $! > ${pid}`,
      "--gate",
      `case "$(ps -o stat= -p "$(cat ${pid})")" in "" | Z*) ;; *) exit 1 ;; esac`,
    );
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertEquals(isAlive(Number(textOf(pid))), false);
  });
});

Deno.test("cancel ends a running task with its processes, and the drain goes on", async () => {
  await withRepository(async (repository) => {
    const pids = repository.outside("pids");
    await repository.submit("t", family(pids), "--max-attempts", "3");
    await repository.submit("next", "true");
    const drain = repository.start(["drain"]);
    const started = (await repository.untilWritten(pids)).split(" ").map(Number);
    const begun = Date.now();
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    await until("the end of the task", () => repository.task("t").status === "failed");
    assert(Date.now() - begun < 9000, "cancelling took too long");
    assertEquals((await drain.ended).code, 1);
    assertEquals(started.map(isAlive), [false, false, false, false]);
    assertEquals(repository.result("t").metadata?.outcome, "cancelled");
    assertEquals(repository.task("t").attempts, 1);
    assertEquals(repository.task("next").status, "completed");
    assertEquals(repository.eventTypes("t").at(-1), "task.failed");
  });
});

Deno.test("cancel ends a task while its gate runs", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit("t", "true", "--gate", `echo $$ > ${pid}; exec sleep 600`);
    const drain = repository.start(["drain"]);
    const gate = Number(await repository.untilWritten(pid));
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals((await drain.ended).code, 1);
    assertEquals(isAlive(gate), false);
    assertEquals(repository.result("t").metadata?.outcome, "cancelled");
  });
});

Deno.test("cancel ends a pending task at once, with a result, and twice is once", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `touch ${repository.outside("ran")}`);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals([repository.result("t").status, repository.result("t").metadata?.outcome], [
      "failed",
      "cancelled",
    ]);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals(repository.eventTypes("t"), ["task.failed"]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!exists(repository.outside("ran")));
  });
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`${signal} ends the attempt cleanly, exits ${code}, and the attempt is not spent`, async () => {
    await withRepository(async (repository) => {
      const pids = repository.outside("pids");
      await repository.submit("t", `[ "$MACP_ATTEMPT" = 2 ] || { ${family(pids)}; }`);
      const drain = repository.start(["drain"]);
      const started = (await repository.untilWritten(pids)).split(" ").map(Number);
      drain.kill(signal);
      assertEquals((await drain.ended).code, code);
      assertEquals(started.map(isAlive), [false, false, false, false]);
      const task = repository.task("t");
      assertEquals([task.status, task.attempts, task.outcome], ["pending", 0, "interrupted"]);
      assertEquals(repository.eventTypes("t").at(-1), "task.retry.scheduled");
      assert(!exists(repository.state("results", "t.json")), "an interrupted task has no result");
      const state = JSON.parse(textOf(repository.state("state.json")) ?? "");
      assertEquals([state.controller, state.running], [null, {}]);
      assertEquals((await repository.macp(["drain"])).code, 0);
      assertEquals(repository.task("t").attempts, 1);
      assertEquals(repository.result("t").metadata?.attempt_serial, 2);
    });
  });
}

Deno.test("A signal while gates run ends them, and the attempt is not spent", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit(
      "t",
      "echo hi > hi",
      "--gate",
      `[ "$MACP_ATTEMPT" = 2 ] || { echo $$ > ${pid}; sleep 600; }`,
    );
    const drain = repository.start(["drain"]);
    const gate = Number(await repository.untilWritten(pid));
    drain.kill("SIGTERM");
    assertEquals((await drain.ended).code, 143);
    assertEquals(isAlive(gate), false);
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["pending", 0]);
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("A signal ends a run that waits: for a back-off, for a queue", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 200 } });
    await repository.submit("t", "false", "--max-attempts", "2");
    for (const args of [["drain"], ["run", "--poll-sec", "100"]]) {
      const run = repository.start(args);
      await until("the retry", () => repository.task("t").not_before !== undefined);
      await until(
        "the controller",
        () =>
          JSON.parse(textOf(repository.state("state.json")) ?? "{}").controller?.pid === run.pid,
      );
      run.kill("SIGINT");
      assertEquals((await run.ended).code, 130);
    }
    assertEquals(repository.task("t").attempts, 1);
  });
});

Deno.test("A second run exits 4 within a second, names the holder and changes nothing", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit("t", `echo $$ > ${pid}; exec sleep 600`);
    const holder = repository.start(["drain"]);
    await repository.untilWritten(pid);
    const before = repository.queueText();
    for (const args of [["drain"], ["run", "--once"], ["run"]]) {
      const begun = Date.now();
      const second = await repository.macp(args);
      assert(Date.now() - begun < 3000, "it took too long"); // A second, on a busy machine.
      assertEquals(second.code, 4);
      assertStringIncludes(second.stderr, String(holder.pid));
    }
    const report = await repository.macp(["drain", "--json"]);
    assertEquals(JSON.parse(report.stderr).error.code, "controller_running");
    assertEquals(repository.queueText(), before);
    holder.kill("SIGTERM");
    assertEquals((await holder.ended).code, 143);
  });
});

Deno.test("The lock of a run is also held when its file was deleted", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit("t", `echo $$ > ${pid}; exec sleep 600`);
    const holder = repository.start(["drain"]);
    await repository.untilWritten(pid);
    Deno.removeSync(repository.state("run.lock"));
    const second = await repository.macp(["drain"]);
    holder.kill("SIGTERM");
    await holder.ended;
    assertEquals(second.code, 4);
    assertStringIncludes(second.stderr, String(holder.pid));
  });
});

Deno.test("run polls for ever and takes up what is submitted meanwhile", async () => {
  await withRepository(async (repository) => {
    const run = repository.start(["run", "--poll-sec", "0.1"]);
    await until("the controller", () => textOf(repository.state("state.json")));
    await repository.submit("t", "true");
    await until("the task", () => repository.task("t").status === "completed");
    run.kill("SIGTERM");
    assertEquals((await run.ended).code, 143);
  });
});
