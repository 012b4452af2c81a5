import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  isAlive,
  type Repository,
  textOf,
  until,
  withRepository,
} from "./harness.ts";

/** Processes of an attempt, by their marker in the environment. */
function processesOf(attemptId: string): number[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) =>
    pid > 0
  );
  return pids.filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/environ`).includes(attemptId);
    } catch {
      return false;
    }
  });
}

/** Id of the attempt that the ledger shows. */
function attemptIdOf(repository: Repository, id: string): string {
  return JSON.parse(Deno.readTextFileSync(repository.state("state.json"))).running[id].attempt_id;
}

/** Kills a controller with KILL and waits until it is gone. */
async function killHard(running: ReturnType<Repository["start"]>): Promise<void> {
  running.kill("SIGKILL");
  await running.ended;
}

Deno.test("show 5: after kill -9 of the controller the attempt is worker_lost and the next a new one", async () => {
  await withRepository(async (repository) => {
    const pids = repository.outside("pids");
    // The first attempt leaves processes that stay for ever, one in a session of its own.
    const command = `echo $MACP_ATTEMPT >> ${repository.outside("attempts")}; ` +
      `if [ "$MACP_ATTEMPT" = 1 ]; then setsid sleep 600 & ` +
      `echo "$$ $!" > ${pids}; while :; do sleep 1; done; fi`;
    await repository.submit("t", command, "--max-attempts", "2", "--gate", "true");
    const killed = repository.start(["drain"]);
    const workers = (await repository.untilWritten(pids)).split(" ").map(Number);
    const attemptId = attemptIdOf(repository, "t");
    await killHard(killed);
    assertEquals(workers.map(isAlive), [true, true]);
    assert(processesOf(attemptId).length > 0);

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 0, drained.stderr);
    assertEquals(workers.map(isAlive), [false, false]);
    assertEquals(processesOf(attemptId), []);
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
    const result = repository.result("t");
    assertEquals([result.status, result.attempt, result.max_attempts], ["completed", 2, 2]);
    assertEquals(result.metadata?.attempt_serial, 2);
    assertEquals(textOf(repository.outside("attempts")), "1\n2\n");
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["completed", 2]);
    const types = repository.eventTypes("t");
    assertEquals(types.filter((type) => type === "task.started").length, 2);
    assertEquals(types.filter((type) => type === "task.retry.scheduled").length, 1);
    assertEquals(types.at(-1), "task.completed");
  });
});

/** What becomes of the ledger behind a controller that was killed. */
const lostLedgers: Record<string, (repository: Repository, before: string) => unknown> = {
  "is removed": (repository) => Deno.removeSync(repository.state("state.json")),
  "is put back as it was before": (repository, before) =>
    Deno.writeTextFileSync(repository.state("state.json"), before),
  "is removed, and macp clean called": async (repository) => {
    Deno.removeSync(repository.state("state.json"));
    await repository.macp(["clean"]);
  },
};

for (const [what, lose] of Object.entries(lostLedgers)) {
  Deno.test(`A lost worker is ended before the next attempt when the ledger ${what}`, async () => {
    await withRepository(async (repository) => {
      repository.writeQueue([execTask("before", "true")]);
      await repository.macp(["drain"]);
      const before = Deno.readTextFileSync(repository.state("state.json"));
      const pids = repository.outside("pids");
      const seen = repository.outside("seen");
      // The second attempt looks for what the first one left: one process without environment.
      const command = `if [ "$MACP_ATTEMPT" = 1 ]; then env -i setsid sleep 600 & ` +
        `echo "$$ $!" > ${pids}; sleep 600; fi; ` +
        `for pid in $(cat ${pids}); do ps -o stat= -p $pid | grep -v Z; done > ${seen}; true`;
      repository.writeQueue([execTask("t", command, { worktree: ".", max_attempts: 2 })]);
      const killed = repository.start(["drain"]);
      const workers = (await repository.untilWritten(pids)).split(" ").map(Number);
      await killHard(killed);
      await lose(repository, before);
      assertEquals(workers.map(isAlive), [true, true]);
      const drained = await repository.macp(["drain"]);
      assertEquals(drained.code, 0, drained.stdout + drained.stderr);
      assertEquals([textOf(seen), workers.map(isAlive)], ["", [false, false]]);
      assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
      assert(!exists(repository.state("attempts", "t")));
    });
  });
}

Deno.test("A lost last attempt ends failed, worker_lost", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit("t", `echo $$ > ${pid}; exec sleep 600`);
    const killed = repository.start(["drain"]);
    const worker = Number(await repository.untilWritten(pid));
    await killHard(killed);

    assertEquals((await repository.macp(["drain"])).code, 1);

    assertEquals(isAlive(worker), false);
    const { status, failed_at, metadata } = repository.result("t");
    assertEquals([status, metadata?.outcome], ["failed", "worker_lost"]);
    assert(failed_at);
    assertEquals(repository.task("t").attempts, 1);
    assertEquals(repository.eventTypes("t").at(-1), "task.failed");
  });
});

Deno.test("After kill -9 while a gate runs, the gate's processes end and the attempt counts", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    const gate =
      `if [ "$MACP_ATTEMPT" = 1 ]; then setsid sleep 600 & echo "$$ $!" > ${pid}; sleep 600; fi`;
    await repository.submit("t", "echo hi > hi.txt", "--gate", gate, "--max-attempts", "2");
    const killed = repository.start(["drain"]);
    const pids = (await repository.untilWritten(pid)).split(" ").map(Number);
    assertEquals(repository.task("t").status, "gated");
    const attemptId = attemptIdOf(repository, "t");
    await killHard(killed);
    assertEquals(pids.map(isAlive), [true, true]);

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 0, drained.stderr);
    assertEquals(pids.map(isAlive), [false, false]);
    assertEquals(processesOf(attemptId), []);
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["completed", 2]);
  });
});

Deno.test("status tells the truth while a controller lives and after it was killed", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    await repository.submit("t", `echo $$ > ${pid}; exec sleep 600`);
    const killed = repository.start(["drain"]);
    await repository.untilWritten(pid);
    const live = await repository.json<{ controller: { pid: number } | null }>(["status"]);
    assertEquals(live.controller?.pid, killed.pid);
    await killHard(killed);
    const dead = await repository.json<{ controller: { pid: number } | null }>(["status"]);
    assertEquals(dead.controller, null);
    const worker = async () => {
      const { running } = await repository.json<{ running: { worker: object }[] }>(["status"]);
      return running[0]?.worker;
    };
    const workerPid = Number(textOf(pid));
    assertEquals(await worker(), { pid: workerPid, alive: true });
    Deno.kill(workerPid, "SIGKILL");
    await until("the end of the worker", () => !isAlive(workerPid));
    assertEquals(await worker(), { pid: workerPid, alive: false });
    assertStringIncludes((await repository.macp(["status"])).stdout, "no controller lives");
    await repository.macp(["drain"]);
  });
});

Deno.test("Recovery never ends a process whose start time it cannot match", async () => {
  await withRepository(async (repository) => {
    const bystander = new Deno.Command("sleep", { args: ["600"], stdin: "null" }).spawn();
    try {
      repository.writeQueue([
        execTask("t", "true", { status: "running", attempts: 1, last_attempt: 1, max_attempts: 2 }),
      ]);
      const ledger = {
        schema_version: 1,
        controller: { pid: bystander.pid, start_time: "another boot:1" },
        running: {
          t: {
            attempt_id: crypto.randomUUID(),
            serial: 1,
            attempts_before: 0,
            phase: "running",
            started_at: new Date().toISOString(),
            legacy: false,
            worktree: null,
            branch: null,
            base_commit: null,
            worker: { pid: bystander.pid, start_time: "another boot:1" },
            verdict: null,
          },
        },
        worktrees: {},
        outbox: [],
      };
      Deno.writeTextFileSync(repository.state("state.json"), JSON.stringify(ledger));

      const ran = await repository.macp(["drain"]);

      assertEquals(ran.code, 0, ran.stderr);
      assert(isAlive(bystander.pid), "a process that is not ours was ended");
      assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
      assertEquals([repository.task("t").status, repository.task("t").attempts], ["completed", 2]);
    } finally {
      bystander.kill("SIGKILL");
      await bystander.status;
    }
  });
});

Deno.test("A task that only the queue calls running is lost, counts and runs anew", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("t", `echo $MACP_ATTEMPT > ${repository.outside("serial")}`, {
        status: "running",
        attempts: 1,
        max_attempts: 2,
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["completed", 2]);
    assertEquals(textOf(repository.outside("serial")), "2\n");
    assertEquals(repository.eventTypes("t")[0], "task.retry.scheduled");
  });
});

Deno.test("A lost attempt that nobody had counted counts", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "true", { status: "gated" })]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { status, outcome, attempts } = repository.task("t");
    assertEquals([status, outcome, attempts], ["failed", "worker_lost", 1]);
  });
});

Deno.test("Killed again and again a task never runs more often than its attempts allow", async () => {
  await withRepository(async (repository) => {
    const attempts = repository.outside("attempts");
    await repository.submit(
      "t",
      `echo $MACP_ATTEMPT >> ${attempts}; exec sleep 600`,
      "--max-attempts",
      "3",
    );
    for (let serial = 1; serial <= 3; serial++) {
      const run = repository.start(["drain"]);
      await until(`attempt ${serial}`, () => textOf(attempts)?.split("\n").length === serial + 1);
      await killHard(run);
    }
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(textOf(attempts), "1\n2\n3\n");
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["failed", 3]);
    const ids = repository.events("t").map(({ event_id }) => event_id);
    assertEquals(new Set(ids).size, ids.length);
    assertNotEquals(exists(repository.worktree("t")), true);
  });
});

Deno.test("After a kill right behind its status a task's end is told once, and its worktree goes", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo hi > hi.txt", "--gate", "test -e hi.txt");
    const killed = await repository.macp(["drain"], { env: { MACP_FAIL_AT: "status.written" } });
    assertEquals(killed.code, 137);
    assertEquals(repository.task("t").status, "completed");
    assert(exists(repository.worktree("t")));

    assertEquals((await repository.macp(["drain"])).code, 0);

    const ends = repository.eventTypes("t").filter((type) => type === "task.completed");
    assertEquals(ends.length, 1);
    assert(!exists(repository.worktree("t")));
    assertEquals(repository.task("t").attempts, 1);
  });
});

Deno.test("A status that a gate writes into the queue is not what its task ends with", async () => {
  await withRepository(async (repository) => {
    const edit = `sed -i 's/"status": "gated"/"status": "completed"/' '${
      repository.state("tasks.json")
    }'`;
    await repository.submit("t", "echo x > x", "--gate", `${edit}; exit 1`);
    await repository.submit("next", "echo y > y", "--depends-on", "t");

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 3, drained.stdout);
    const { status, outcome } = repository.task("t");
    assertEquals([status, outcome], ["escalated", "gate_failed"]);
    assertEquals(repository.task("next").status, "pending");
    assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
  });
});

Deno.test("A lost attempt is lost, whatever status its worker wrote into the queue", async () => {
  await withRepository(async (repository) => {
    const edit = `sed -i 's/"status": "running"/"status": "completed", "outcome": "completed"/' '${
      repository.state("tasks.json")
    }'`;
    const kill = `kill -9 $(sed -n 's/.*"pid": *\\([0-9]*\\).*/\\1/p' '${
      repository.state("state.json")
    }' | head -n 1)`;
    await repository.submit("t", `${edit}; ${kill}; sleep 600`, "--max-attempts", "1");
    await repository.submit("next", "echo y > y", "--depends-on", "t");
    await repository.macp(["drain"]);

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 3, drained.stdout + drained.stderr);
    const { status, outcome } = repository.task("t");
    assertEquals([status, outcome], ["failed", "worker_lost"]);
    assertEquals(repository.task("next").status, "pending");
  });
});
