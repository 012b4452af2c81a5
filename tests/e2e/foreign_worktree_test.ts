import { assertEquals, assertStringIncludes } from "@std/assert";
import { fingerprint, type Repository, textOf, withRepository } from "./harness.ts";

/** Ways in which something of a person comes to stand where macp's worktree stood. */
const ways: Record<string, (repository: Repository, place: string) => Promise<unknown>> = {
  "a worktree on a branch of their own": (repository, place) =>
    repository.git("worktree", "add", "--quiet", "-b", "mine", place),
  "a worktree on no branch": (repository, place) =>
    repository.git("worktree", "add", "--quiet", "--detach", place),
  "a clone": (repository, place) => repository.git("clone", "--quiet", repository.path, place),
};

for (const [what, make] of Object.entries(ways)) {
  Deno.test(`macp leaves ${what} alone that stands in the place of a task's worktree`, async () => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { cleanup_worktrees: false } });
      await repository.submit("t", "echo hi > hi; exit 1");
      assertEquals((await repository.macp(["drain"])).code, 1);
      const place = repository.worktree("t");
      const branch = repository.result("t").branch ?? "";
      const head = await repository.git("rev-parse", branch);
      await repository.git("worktree", "remove", "--force", place);
      await make(repository, place);
      Deno.writeTextFileSync(`${place}/precious`, "mine\n");
      const before = fingerprint(place);
      const refs = () => repository.git("for-each-ref", "refs/macp/snapshots");
      for (const command of ["restore", "accept"]) {
        const ran = await repository.macp([command, "t"]);
        assertEquals(ran.code, 2, `${command}: ${ran.stdout}${ran.stderr}`);
        assertStringIncludes(ran.stderr, "stands in its place");
      }
      const cleaned = await repository.macp(["clean", "--all"]);
      assertEquals(cleaned.code, 0, cleaned.stdout + cleaned.stderr);
      assertStringIncludes(cleaned.stdout, "stands in its place");
      await repository.macp(["retry", "t"]);
      assertEquals((await repository.macp(["drain"])).code, 1);
      assertEquals([fingerprint(place), await refs()], [before, ""]);
      assertEquals(await repository.git("rev-parse", branch), head);
      // When it is out of the way, the task goes on.
      Deno.renameSync(place, repository.outside("elsewhere"));
      await repository.git("worktree", "prune");
      const restored = await repository.macp(["restore", "t"]);
      assertEquals([restored.code, textOf(`${place}/precious`)], [0, null], restored.stderr);
    });
  });
}
