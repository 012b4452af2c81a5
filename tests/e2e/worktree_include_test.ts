import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname, join } from "@std/path";
import { execTask, exists, type Repository, textOf, withRepository } from "./harness.ts";

/** Writes files of the main checkout, with the folders above them. */
function writeAll(repository: Repository, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    Deno.mkdirSync(dirname(join(repository.path, name)), { recursive: true });
    repository.write(name, text);
  }
}

function warningsOf(repository: Repository, id: string): string {
  return (repository.result(id).metadata?.warnings ?? []).join("\n");
}

Deno.test("macp brings what git ignores and .worktreeinclude names, with its permissions", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.commit({
      ".gitignore": ".env*\n*.key\ncache/\n.mosaic/\n",
      ".worktreeinclude": "# settings\n.env*\n!.env.ci\n/config/**/*.key\ncache/\nplain\n*.md\n",
      "tracked.md": "tracked\n",
    });
    writeAll(repository, {
      ".env": "SECRET=1\n",
      ".env.ci": "ci\n",
      "config/deep/ä b.key": "key\n",
      "other.key": "not named\n",
      "cache/a/b/tool": "#!/bin/sh\n",
      "plain": "not ignored\n",
      "tracked.md": "changed by a person\n",
    });
    Deno.chmodSync(join(repository.path, "config/deep/ä b.key"), 0o600);
    Deno.chmodSync(join(repository.path, "config/deep"), 0o700);
    Deno.chmodSync(join(repository.path, "cache/a/b/tool"), 0o755);
    await repository.submit("t", "cat .env; test -x cache/a/b/tool && echo runs");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const at = (name: string) => join(repository.worktree("t"), name);
    assertStringIncludes(repository.log("t"), "SECRET=1\nruns\n");
    assertEquals(textOf(at("config/deep/ä b.key")), "key\n");
    assertEquals(Deno.statSync(at("config/deep/ä b.key")).mode! & 0o777, 0o600);
    assertEquals(Deno.statSync(at("config/deep")).mode! & 0o777, 0o700);
    for (const name of [".env.ci", "other.key", "plain"]) assert(!exists(at(name)), name);
    assertEquals(textOf(at("tracked.md")), "tracked\n");
    assertEquals(warningsOf(repository, "t"), "");
    // Nothing of it is in the branch.
    const { branch } = repository.result("t");
    assertEquals(await repository.git("diff", "--name-only", "main", branch ?? ""), "");
  });
});

Deno.test("macp never brings its own state, whatever .worktreeinclude says", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.commit({ ".gitignore": ".mosaic/\n", ".worktreeinclude": "*\n" });
    await repository.submit("t", "ls -A");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!exists(join(repository.worktree("t"), ".mosaic")));
  });
});

Deno.test("macp follows no symbolic link and copies none, and says so", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    const outside = repository.outside("outside");
    Deno.mkdirSync(outside);
    Deno.writeTextFileSync(join(outside, "x.key"), "outside\n");
    await repository.commit({
      ".gitignore": "*.key\nlinked\nway/\nlocal\n.mosaic/\n",
      ".worktreeinclude": "*.key\nlinked\nway/\nlocal/\n",
    });
    // The branch has a link where the main checkout has a folder.
    await repository.git("checkout", "--quiet", "-b", "links");
    Deno.symlinkSync(outside, join(repository.path, "way"));
    await repository.git("add", "--force", "way");
    await repository.git("commit", "--quiet", "--message", "link");
    await repository.git("checkout", "--quiet", "main");
    repository.writeConfig({ macp: { cleanup_worktrees: false, base_ref: "links" } });
    writeAll(repository, { "way/in.key": "in\n", "local/good.key": "good\n" });
    Deno.symlinkSync(join(outside, "x.key"), join(repository.path, "link.key"));
    Deno.symlinkSync(outside, join(repository.path, "linked"));
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const at = (name: string) => join(repository.worktree("t"), name);
    assertEquals(textOf(at("local/good.key")), "good\n");
    for (const name of ["link.key", "linked"]) assert(!exists(at(name)), name);
    assertEquals([...Deno.readDirSync(outside)].map(({ name }) => name), ["x.key"]);
    const warnings = warningsOf(repository, "t");
    assertStringIncludes(warnings, "link.key, linked not copied: it is a symbolic link");
    assertStringIncludes(warnings, "way/in.key not copied");
  });
});

Deno.test("macp leaves out what the worktree's commit does not ignore, so that none is committed", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "first": "1\n" });
    await repository.git("branch", "old");
    await repository.commit({ ".gitignore": ".env\n.mosaic/\n", ".worktreeinclude": ".env\n" });
    repository.write(".env", "TOKEN=hidden\n");
    repository.writeConfig({ macp: { base_ref: "old" } });
    await repository.submit("t", "echo work > work");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").files_changed, ["work"]);
    assertStringIncludes(warningsOf(repository, "t"), ".env not copied");
  });
});

Deno.test("macp brings missing files again and overwrites none when a worktree is used again", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "*.key\n.mosaic/\n", ".worktreeinclude": "*.key\n" });
    writeAll(repository, { "a.key": "a\n", "b.key": "b\n" });
    const command = 'cat a.key b.key; echo changed > a.key; rm b.key; test "$MACP_ATTEMPT" = 2';
    repository.writeQueue([execTask("t", command, { max_attempts: 2 })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertStringIncludes(repository.log("t", 1), "\na\nb\n");
    assertStringIncludes(repository.log("t", 2), "\nchanged\nb\n");
  });
});

Deno.test("macp passes over a repository inside the checkout that .worktreeinclude names", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.commit({ ".gitignore": "own/\n.mosaic/\n", ".worktreeinclude": "own/\n" });
    await repository.git("init", "--quiet", "own");
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(!exists(join(repository.worktree("t"), "own")));
    assertStringIncludes(warningsOf(repository, "t"), "own/ not copied");
  });
});

Deno.test("macp brings thousands of files when .worktreeinclude names a big folder", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "deps/\n.mosaic/\n", ".worktreeinclude": "deps/\n" });
    for (let i = 0; i < 3000; i++) {
      const folder = join(repository.path, "deps", String(i % 50));
      Deno.mkdirSync(folder, { recursive: true });
      Deno.writeTextFileSync(join(folder, `${i}.js`), `${i}`);
    }
    await repository.submit("t", "find deps -type f | wc -l");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertStringIncludes(repository.log("t"), "\n3000\n");
  });
});
