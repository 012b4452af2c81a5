import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, textOf, withRepository } from "./harness.ts";
import { drain, noScript, submitBrief } from "./yolo.ts";

/** Messages of the progress events of a task. */
function warnings(events: { event_type: string; message?: string }[]): string[] {
  return events.filter(({ event_type }) => event_type === "task.progress")
    .map(({ message }) => message ?? "");
}

Deno.test({
  name: "macp drain ends a yolo worker as stalled when only a spinner moves, and warns at half",
  ignore: noScript,
  fn: async () => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { stall_seconds: 4 } });
      await submitBrief(repository, "y", ["DO: print begin", "DO: spin 60"]);
      const started = Date.now();
      assertEquals((await drain(repository)).code, 1);
      assert(Date.now() - started < 20_000, "the spinner was taken for work");
      const { metadata, error } = repository.result("y");
      assertEquals(metadata?.outcome, "stalled");
      assertStringIncludes(error ?? "", "4 s");
      const [warning, ...more] = warnings(repository.events("y"));
      assertStringIncludes(warning ?? "", "No meaningful output for ");
      assertStringIncludes(warning ?? "", "ended as stalled after 4 s");
      assertEquals(more, []);
    });
  },
});

Deno.test("macp drain lets a worker be silent under the limit", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("silent", "sleep 7; echo done > done.txt", { stall_seconds: 10 }),
      execTask("unlimited", "sleep 4; echo done", { stall_seconds: 0 }),
    ]);
    repository.writeConfig({ macp: { stall_seconds: 2 } });
    assertEquals((await repository.macp(["drain", "--jobs", "2"])).code, 0);
    assertEquals(warnings(repository.events("silent")).length, 1);
    assertEquals(warnings(repository.events("unlimited")), []);
  });
});

Deno.test("macp drain takes changes in the worktree for work, and ends the worker when they end", async () => {
  await withRepository(async (repository) => {
    const last = repository.outside("last");
    repository.writeQueue([
      execTask(
        "busy",
        `for i in 1 2 3 4 5; do sleep 1; echo $i > file; done; date +%s > ${last}; sleep 60`,
        { stall_seconds: 3 },
      ),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("busy").metadata?.outcome, "stalled");
    const silent = Date.parse(repository.result("busy").completed_at ?? "") / 1000 -
      Number(textOf(last));
    assert(silent > 1 && silent < 12, `ended ${silent} s after the last change`);
  });
});

Deno.test("macp drain ends a command without a terminal as stalled, which is retried", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("r", 'test "$MACP_ATTEMPT" -gt 1 || sleep 60', {
        stall_seconds: 1,
        max_attempts: 2,
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.attemptResult("r", 1).metadata?.outcome, "stalled");
    assertEquals(repository.task("r").attempts, 2);
  });
});
