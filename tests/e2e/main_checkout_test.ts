import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, type Repository, textOf, withRepository } from "./harness.ts";

/** What the result says of the main checkout. */
function told(repository: Repository, id: string) {
  const { metadata } = repository.result(id);
  const { main_checkout_dirtied: dirtied, main_checkout_changes: changes } = metadata ?? {};
  return { dirtied, changes, warnings: (metadata?.warnings ?? []).join() };
}

Deno.test("macp tells what a worker changed in the main checkout, and reverts nothing", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "tracked": "1\n", "gone": "1\n", "staged": "1\n", "calm": "1\n" });
    repository.write("calm", "changed by a person\n");
    const command = `cd ${repository.path} && echo 2 > tracked && echo n > 'new file' && ` +
      "rm gone && echo 2 > staged && git add staged";
    await repository.submit("t", command);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const { dirtied, changes, warnings } = told(repository, "t");
    assertEquals(dirtied, true);
    assertEquals(changes, ["gone", "new file", "staged", "tracked"]);
    assertStringIncludes(warnings, "the main checkout changed while the worker ran");
    assertEquals(textOf(join(repository.path, "tracked")), "2\n");
    assertEquals(textOf(join(repository.path, "new file")), "n\n");
  });
});

Deno.test("macp tells when a worker writes into files that were dirty before", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "tracked": "1\n" });
    repository.write("tracked", "22\n");
    repository.write("untracked", "1\n");
    const command = `cd ${repository.path} && echo 333 > tracked && echo 22 > untracked; exit 1`;
    await repository.submit("t", command);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(told(repository, "t").changes, ["tracked", "untracked"]);
  });
});

Deno.test("macp tells when a worker commits in the main checkout or switches its branch", async () => {
  await withRepository(async (repository) => {
    const commit = "git -c user.name=w -c user.email=w@localhost commit -qm x --allow-empty";
    repository.writeQueue([
      execTask("commits", `cd ${repository.path} && ${commit}`),
      execTask("switches", `cd ${repository.path} && git checkout -q -b elsewhere`),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(told(repository, "commits").changes, ["HEAD"]);
    assertEquals(told(repository, "switches").changes, ["HEAD"]);
  });
});

Deno.test("macp tells nothing of its own state and worktrees, and of a worker that stays in its place", async () => {
  await withRepository(async (repository) => {
    // The worktrees lie inside the checkout, and git ignores nothing.
    repository.writeConfig({ macp: { worktree_base: "trees", cleanup_worktrees: false } });
    repository.write("dirty before", "x\n");
    repository.writeQueue([
      execTask("first", "echo work > work"),
      execTask("second", "echo work > work; exit 1"),
    ]);
    await repository.macp(["drain"]);
    for (const id of ["first", "second"]) {
      assertEquals([id, told(repository, id)], [id, {
        dirtied: false,
        changes: undefined,
        warnings: "",
      }]);
    }
  });
});

Deno.test("macp tells when a worker changes the settings of macp", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `echo >> ${repository.state("config.json")}`);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(told(repository, "t").changes, [".mosaic/orchestrator/config.json"]);
  });
});

Deno.test("macp does not look when a task works in the main checkout, or has no worker", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("here", "echo x > made", { worktree: "." }),
      { id: "legacy", title: "l", status: "pending", command: "echo y > made" },
      { id: "acp", title: "a", status: "pending", dispatch: "acp" },
    ]);
    await repository.macp(["drain"]);
    for (const id of ["here", "legacy", "acp"]) {
      assertEquals([id, told(repository, id).dirtied], [id, null]);
    }
  });
});
