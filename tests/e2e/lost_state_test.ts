import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commitAll, execTask, exists, type Repository, withRepository } from "./harness.ts";

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
    const command = `rm ${repository.state("state.json")}; ` +
      `until test -e ${repository.state("state.json")}; do sleep 0.05; done`;
    repository.writeQueue([execTask("t", command)]);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 0, drained.stderr);
    assertStringIncludes(drained.stderr, "was removed while it ran, and is written again");
    assert(!exists(repository.worktree("t")));
  });
});
