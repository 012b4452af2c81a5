import { assert, assertEquals } from "@std/assert";
import { execTask, type Repository, textOf, withRepository } from "./harness.ts";

/** Lines that the workers wrote: id and serial of each attempt that began. */
function runsOf(repository: Repository): string[] {
  return (textOf(repository.outside("runs")) ?? "").split("\n").filter(Boolean);
}

/** What must hold after any number of crashes, once a drain came to its end. */
async function checkWhole(repository: Repository): Promise<void> {
  const runs = runsOf(repository);
  assertEquals(new Set(runs).size, runs.length, "an attempt was started twice");
  const ids = repository.events().map(({ event_id }) => event_id);
  assertEquals(new Set(ids).size, ids.length, "an event was appended twice");
  for (const { id, status, attempts } of repository.readQueue()) {
    const types = repository.eventTypes(id);
    const count = (type: string) => types.filter((found) => found === type).length;
    assertEquals([id, status, types.at(-1)], [id, "completed", "task.completed"]);
    assertEquals([id, count("task.assigned")], [id, attempts]);
    assertEquals([id, count("task.completed")], [id, 1]);
    assertEquals([id, count("task.retry.scheduled")], [id, (attempts ?? 0) - 1]);
    assert(runs.filter((run) => run.startsWith(`${id} `)).length <= (attempts ?? 0), id);
    assertEquals(repository.result(id).attempt, attempts);
  }
  const state = JSON.parse(textOf(repository.state("state.json")) ?? "");
  assertEquals([state.controller, state.running, state.worktrees], [null, {}, {}]);
  const worktrees = await repository.git("worktree", "list", "--porcelain");
  assertEquals(worktrees.match(/^worktree /gm)?.length, 1);
  assertEquals((await repository.macp(["validate"])).code, 0);
}

Deno.test("Killed at any moment, again and again, a drain loses nothing and runs nothing twice", async () => {
  await withRepository(async (repository) => {
    const command = `echo "$MACP_TASK_ID $MACP_ATTEMPT" >> ${
      repository.outside("runs")
    }; echo x > x`;
    const fields = { max_attempts: 100, type: "coding", quality_gates: ["test -e x", "true"] };
    repository.writeConfig({ macp: { retry_backoff_seconds: 0 } });
    repository.writeQueue(Array.from({ length: 10 }, (_, i) => execTask(`t${i}`, command, fields)));
    // From the start of the program on through an attempt, in steps of uneven size.
    for (let round = 0; round < 24; round++) {
      const drain = repository.start(["drain", "--quiet"]);
      const killed = new Promise((resolve) => setTimeout(resolve, 40 + (round * 53) % 400));
      await Promise.race([killed, drain.ended]);
      try {
        drain.kill("SIGKILL");
      } catch {
        // It had come to its end.
      }
      await drain.ended;
    }
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    await checkWhole(repository);
  });
});

Deno.test("A submission that is killed at any moment is there or not, and can be made again", async () => {
  await withRepository(async (repository) => {
    for (let round = 0; round < 12; round++) {
      const args = ["submit", "--task-id", `t${round}`, "--title", "x", "--command", "true"];
      args.push("--idempotency-key", `key-${round}`);
      const submit = repository.start(args);
      const killed = new Promise((resolve) => setTimeout(resolve, 20 + round * 4));
      await Promise.race([killed, submit.ended]);
      try {
        submit.kill("SIGKILL");
      } catch {
        // It had come to its end.
      }
      await submit.ended;
      assertEquals((await repository.macp(args)).code, 0);
    }
    const ids = Array.from({ length: 12 }, (_, round) => `t${round}`);
    assertEquals(repository.readQueue().map(({ id }) => id), ids);
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});
