import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, exists, type Repository, until, withRepository } from "./harness.ts";

/** A worker that ends only after `count` workers were there at once, and counts them. */
function meeting(repository: Repository, count: number): string {
  const here = repository.outside("here");
  Deno.mkdirSync(here, { recursive: true });
  return [
    `touch '${here}'/$MACP_TASK_ID`,
    `echo "I am $MACP_TASK_ID"`,
    `echo "$(ls '${here}' | wc -l)" >> '${repository.outside("seen")}'`,
    `i=0; until [ -e '${here}.met' ] || [ "$(ls '${here}' | wc -l)" -ge ${count} ]`,
    `do i=$((i+1)); [ $i -lt 600 ] || exit 9; sleep 0.05; done`,
    `touch '${here}.met'`,
    `for n in 1 2 3 4 5 6 7 8 9; do echo "line $n of $MACP_TASK_ID"; done`,
    `rm '${here}'/$MACP_TASK_ID`,
  ].join("\n");
}

/** Ids of the tasks whose attempts were under way when each attempt began. */
function mostAtOnce(repository: Repository): number {
  let now = 0;
  let most = 0;
  for (const { event_type } of repository.events()) {
    if (event_type === "task.assigned") most = Math.max(most, ++now);
    if (/^task\.(completed|failed|escalated|retry)/.test(event_type)) now--;
  }
  return most;
}

Deno.test("drain --jobs 2 runs two attempts at once and no third, each with a log of its own", async () => {
  await withRepository(async (repository) => {
    const ids = ["a", "b", "c", "d"];
    repository.writeQueue(ids.map((id) => execTask(id, meeting(repository, 2))));
    const ran = await repository.macp(["drain", "--jobs", "2"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertEquals(mostAtOnce(repository), 2);
    for (const id of ids) {
      const log = repository.log(id);
      assertStringIncludes(log, `I am ${id}\n`);
      const others = ids.filter((other) => other !== id);
      assertEquals(others.filter((other) => log.includes(` of ${other}`)), []);
      assertEquals(log.match(/^line \d of /gm)?.length, 9);
    }
    const state = JSON.parse(Deno.readTextFileSync(repository.state("state.json")));
    assertEquals([state.running, state.controller], [{}, null]);
  });
});

Deno.test("macp.jobs of the configuration counts, and --jobs wins over it", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { jobs: 2 } });
    repository.writeQueue(["a", "b"].map((id) => execTask(id, meeting(repository, 2))));
    assertEquals((await repository.macp(["drain"])).code, 0);
    repository.writeQueue(["c", "d"].map((id) => execTask(id, "true")));
    Deno.removeSync(repository.state("events.ndjson"));
    assertEquals((await repository.macp(["drain", "--jobs", "1"])).code, 0);
    assertEquals(mostAtOnce(repository), 1);
    const wrong = await repository.macp(["drain", "--jobs", "0"]);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "--jobs is not a number from 1 to 64: 0");
  });
});

Deno.test("drain --jobs 1 tells the same events in the same order for the same queue", async () => {
  const orderOf = (repository: Repository) =>
    repository.events().map(({ task_id, event_type }) => `${task_id} ${event_type}`);
  const runs: string[][] = [];
  for (let run = 0; run < 2; run++) {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { retry_backoff_seconds: 0 } });
      repository.writeQueue([
        execTask("a", "true", { quality_gates: ["true", "exit 3"], max_attempts: 2 }),
        execTask("b", "true", { depends_on: ["c"] }),
        execTask("c", "true"),
        execTask("d", "exit 1"),
      ]);
      await repository.macp(["drain", "--jobs", "1"]);
      runs.push(orderOf(repository));
    });
  }
  assert((runs[0]?.length ?? 0) > 10);
  assertEquals(runs[0], runs[1]);
});

Deno.test("drain --jobs 4 lets one task at a time work in the main checkout", async () => {
  await withRepository(async (repository) => {
    const lock = repository.outside("in use");
    const alone = `mkdir '${lock}' && sleep 0.2 && rmdir '${lock}'`;
    repository.writeQueue([
      execTask("a", alone, { worktree: "." }),
      execTask("b", alone, { worktree: "." }),
      { id: "c", title: "legacy", status: "pending", command: alone },
      execTask("d", "true"),
    ]);
    const ran = await repository.macp(["drain", "--jobs", "4"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
  });
});

Deno.test("An interrupt ends all attempts cleanly and their tasks are pending again", async () => {
  await withRepository(async (repository) => {
    const ids = ["a", "b", "c"];
    const begun = (id: string) => repository.outside(`begun.${id}`);
    repository.writeQueue(
      ids.map((id) => execTask(id, `touch '${begun(id)}'; sleep 60 & wait`)),
    );
    const drain = repository.start(["drain", "--jobs", "2"]);
    await until("two workers", () => exists(begun("a")) && exists(begun("b")));
    drain.kill("SIGINT");
    assertEquals((await drain.ended).code, 130);
    assertEquals(repository.readQueue().map(({ status, attempts }) => [status, attempts ?? 0]), [
      ["pending", 0],
      ["pending", 0],
      ["pending", 0],
    ]);
    assert(!exists(begun("c")));
  });
});

Deno.test("A controller killed with two attempts under way loses both, counts them, and goes on", async () => {
  await withRepository(async (repository) => {
    const begun = (id: string) => repository.outside(`begun.${id}`);
    const worker = (id: string) =>
      `if [ -e '${begun(id)}' ]; then exit 0; fi; touch '${begun(id)}'; sleep 60 & wait`;
    repository.writeQueue(
      ["a", "b"].map((id) => execTask(id, worker(id), { max_attempts: 2 })),
    );
    const drain = repository.start(["drain", "--jobs", "2"]);
    await until("two workers", () => exists(begun("a")) && exists(begun("b")));
    drain.kill("SIGKILL");
    await drain.ended;
    const again = await repository.macp(["drain", "--jobs", "2"]);
    assertEquals(again.code, 0, again.stdout + again.stderr);
    for (const id of ["a", "b"]) {
      assertEquals(repository.attemptResult(id, 1).metadata?.outcome, "worker_lost");
      assertEquals(repository.task(id).attempts, 2);
      assertEquals(repository.task(id).status, "completed");
    }
  });
});

Deno.test("cancel ends one of two attempts under way and not the other", async () => {
  await withRepository(async (repository) => {
    const begun = (id: string) => repository.outside(`begun.${id}`);
    const go = repository.outside("go");
    repository.writeQueue([
      execTask("a", `touch '${begun("a")}'; sleep 60 & wait`),
      execTask("b", `touch '${begun("b")}'; until [ -e '${go}' ]; do sleep 0.05; done`),
    ]);
    const drain = repository.start(["drain", "--jobs", "2"]);
    await until("two workers", () => exists(begun("a")) && exists(begun("b")));
    assertEquals((await repository.macp(["cancel", "a"])).code, 0);
    await until("the cancelled task", () => repository.task("a").status === "failed");
    assertEquals(repository.task("b").status, "running");
    const { running } = await repository.json<{ running: { id: string; slot: number }[] }>([
      "status",
    ]);
    assertEquals(running.map(({ id }) => id), ["b"]);
    Deno.writeTextFileSync(go, "");
    assertEquals((await drain.ended).code, 1);
    assertEquals(repository.task("b").status, "completed");
    assert(exists(join(repository.state("logs"), "b", "1.log")));
  });
});

Deno.test("Attempts that run at once have blocks of ports of their own, free of servers", async () => {
  await withRepository(async (repository) => {
    const server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = server.addr as Deno.NetAddr;
    try {
      repository.writeConfig({ macp: { port_base: port, ports_per_slot: 4 } });
      const tell = `echo "ports from $MACP_PORT_BASE"; ${meeting(repository, 2)}`;
      repository.writeQueue(["a", "b"].map((id) => execTask(id, tell)));
      const drain = repository.start(["drain", "--jobs", "2"]);
      assertEquals((await drain.ended).code, 0);
    } finally {
      server.close();
    }
    const bases = ["a", "b"].map((id) => Number(/ports from (\d+)/.exec(repository.log(id))?.[1]));
    assert(bases.every((base) => base > port && base % 1 === 0), String(bases));
    assert(Math.abs((bases[0] ?? 0) - (bases[1] ?? 0)) >= 4, String(bases));
  });
});
