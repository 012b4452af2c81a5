import { assertEquals } from "@std/assert";
import { execTask, textOf, until, withRepository } from "./harness.ts";

Deno.test("show 4: eight processes submit 50 tasks each while a drain runs; each runs once", async () => {
  await withRepository(async (repository) => {
    const out = repository.outside("ran");
    const first = repository.outside("go");
    // Holds the drain until the submissions began, so that they overlap for certain.
    repository.writeQueue([
      execTask("gatekeeper", `while [ ! -e ${first} ]; do sleep 0.02; done`, { worktree: "." }),
    ]);
    const drains = [repository.start(["drain", "--quiet"])];
    await until("the drain at work", () => repository.eventTypes("gatekeeper").length >= 2);
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      for (let number = 0; number < 50; number++) {
        const id = `w${writer}-${number}`;
        await repository.submit(id, `echo ${id} >> ${out}`, "--worktree", ".");
        if (number === 0) Deno.writeTextFileSync(first, "");
      }
    });
    await Promise.all(writers);
    assertEquals((await drains[0]?.ended)?.code, 0);
    // What was submitted after the first drain found nothing more.
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);

    const lines = (textOf(out) ?? "").trimEnd().split("\n");
    assertEquals(lines.length, 400);
    assertEquals(new Set(lines).size, 400);
    const tasks = repository.readQueue().filter(({ id }) => id !== "gatekeeper");
    assertEquals(tasks.length, 400);
    assertEquals(new Set(tasks.map(({ status }) => status)), new Set(["completed"]));
    const completed = repository.events().filter(({ event_type }) =>
      event_type === "task.completed"
    );
    assertEquals(completed.length, 401);
  });
});

Deno.test("Edits by a program that takes no lock survive a drain beside it", async () => {
  await withRepository(async (repository) => {
    const tasks = Array.from(
      { length: 30 },
      (_, i) => execTask(`t${i}`, "true", { worktree: "." }),
    );
    repository.writeQueue(tasks);
    const drain = repository.start(["drain", "--quiet"]);
    // Writes by rename and without the lock, as an editor or a script would.
    let edits = 0;
    let isOver = false;
    void drain.ended.then(() => isOver = true);
    await until("the end of the drain", () => {
      if (isOver) return true;
      const before = Deno.statSync(repository.state("tasks.json"));
      const queue = JSON.parse(repository.queueText());
      queue.edits = edits + 1;
      queue.tasks[29].note = `edit ${edits + 1}`;
      Deno.writeTextFileSync(repository.state("edited"), JSON.stringify(queue));
      // A program that takes no lock loses to a write between its read and its rename.
      const now = Deno.statSync(repository.state("tasks.json"));
      if (now.ino === before.ino) {
        Deno.renameSync(repository.state("edited"), repository.state("tasks.json"));
        edits++;
      }
      return false;
    });
    assertEquals((await drain.ended).code, 0);
    const ran = repository.events().filter(({ event_type }) => event_type === "task.started");
    assertEquals(new Set(ran.map(({ task_id }) => task_id)).size, 30);
  });
});

Deno.test("An edit without the lock in the middle of a write of macp is kept", async () => {
  await withRepository(async (repository) => {
    const path = repository.state("tasks.json");
    const names = () => [...Deno.readDirSync(repository.state())].map(({ name }) => name);
    // The queue is large, so that a write of it takes a while.
    const queue = { padding: "x".repeat(20_000_000), tasks: [] };
    repository.writeQueue(JSON.stringify(queue));
    await until("an edit in the middle of a write", async () => {
      const id = `t${repository.readQueue().length}`;
      const edited = repository.state("edited");
      Deno.writeTextFileSync(edited, JSON.stringify({ ...queue, ...parsed(path), edit: id }));
      const submitting = repository.submit(id, "true");
      let isOver = false;
      void submitting.finally(() => isOver = true).catch(() => {});
      let isBetween = false;
      while (!isOver && !isBetween) {
        const writing = names().find((name) => /^tasks\.json\..*\.tmp$/.test(name));
        if (writing === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
        else {
          Deno.renameSync(edited, path);
          isBetween = names().includes(writing);
          break;
        }
      }
      await submitting;
      if (!isBetween) return false;
      assertEquals(parsed(path).edit, id, "the edit was lost");
      assertEquals(repository.readQueue().at(-1)?.id, id, "the submission was lost");
      return true;
    });
  });
});

function parsed(path: string): Record<string, unknown> {
  return JSON.parse(Deno.readTextFileSync(path));
}

Deno.test("Retries and cancels while a drain runs are kept", async () => {
  await withRepository(async (repository) => {
    const go = repository.outside("go");
    repository.writeQueue([
      execTask("slow", `while [ ! -e ${go} ]; do sleep 0.02; done`),
      execTask("unwanted", `touch ${repository.outside("unwanted")}`),
      execTask("again", "true", { status: "failed", attempts: 1 }),
    ]);
    const drain = repository.start(["drain"]);
    await until("the first worker", () => repository.eventTypes("slow").includes("task.started"));
    assertEquals((await repository.macp(["cancel", "unwanted"])).code, 0);
    assertEquals((await repository.macp(["retry", "again"])).code, 0);
    Deno.writeTextFileSync(go, "");

    assertEquals((await drain.ended).code, 0);

    assertEquals(textOf(repository.outside("unwanted")), null);
    assertEquals(repository.task("unwanted").status, "failed");
    assertEquals(repository.task("unwanted").outcome, "cancelled");
    assertEquals(repository.task("again").status, "completed");
  });
});
