import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { checkPlace } from "../../../src/dispatcher/check_place.ts";
import { cleanupWorktree } from "../../../src/dispatcher/remove_worktree.ts";
import { setupWorktree } from "../../../src/dispatcher/worktree.ts";
import type { WorktreeRequest } from "../../../src/dispatcher/worktree_request.ts";
import { WorktreeError } from "../../../src/dispatcher/worktree_error.ts";
import { takeSnapshot } from "../../../src/git/snapshots.ts";
import { Git } from "../../../src/git/git.ts";
import { ownershipRef, snapshotRef } from "../../../src/git/refs.ts";
import { readStatus } from "../../../src/git/status.ts";
import { realWorld } from "../../../src/host/world.ts";
import { taskNames } from "../../../src/protocol/names.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";

interface Place {
  folder: string;
  git: Git;
  request: (id: string, more?: Partial<WorktreeRequest>) => Promise<WorktreeRequest>;
}

/** A repository with one commit in a folder with spaces and letters beyond ASCII. */
async function withRepository(use: (place: Place) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ma cp-ü-" }));
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const root = join(folder, "repo");
  Deno.mkdirSync(root);
  const git = new Git({ ...realWorld(), env }, root);
  try {
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    Deno.writeTextFileSync(join(root, "file.txt"), "one\n");
    await git.read(["add", "."]);
    await git.read(["commit", "--quiet", "--message", "one"]);
    const request = async (id: string, more: Partial<WorktreeRequest> = {}) => ({
      git,
      taskId: id,
      names: await taskNames(id),
      branch: `feat/${id}`,
      place: { base: join(folder, "trees"), path: join(folder, "trees", id) },
      baseRef: "origin/main",
      settings: resolveSettings([]).settings,
      dependencies: [],
      owned: null,
      ...more,
    });
    await use({ folder, git, request });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const depends = (taskId: string, branch: string) => ({
  taskId,
  branch,
  judged: null,
  doubt: null,
  rules: { commands: [], globs: null },
});

const owned = (phase: "adding" | "ready" | "removing", base: string | null = null) => ({
  task_id: "a",
  branch: "feat/a",
  phase,
  created_at: "2026-01-01T00:00:00.000Z",
  base_commit: base,
});

async function commitIn(git: Git, path: string, name: string, text: string): Promise<void> {
  Deno.writeTextFileSync(join(path, name), text);
  await git.at(path).read(["add", "--all"]);
  await git.at(path).read(["commit", "--quiet", "--message", name]);
}

Deno.test("setupWorktree() makes a branch from the base, with a warning when that is another one", () =>
  withRepository(async ({ git, request }) => {
    const ready = await setupWorktree(await request("a"));
    const head = (await git.read(["rev-parse", "main"])).trim();
    assertEquals([ready.branch, ready.baseCommit], ["feat/a", head]);
    assertEquals(ready.warnings, ["base ref origin/main does not exist; used main"]);
    assertEquals(Deno.readTextFileSync(join(ready.path, "file.txt")), "one\n");
  }));

Deno.test("setupWorktree() uses the worktree of an earlier attempt again, with what it holds", () =>
  withRepository(async ({ request }) => {
    const first = await setupWorktree(await request("a"));
    Deno.writeTextFileSync(join(first.path, "left.txt"), "left");
    const again = await setupWorktree(
      await request("a", { owned: owned("ready", first.baseCommit) }),
    );
    assertEquals(again.path, first.path);
    assertEquals(Deno.readTextFileSync(join(again.path, "left.txt")), "left");
  }));

Deno.test("setupWorktree() refuses a branch that macp did not make", () =>
  withRepository(async ({ git, request }) => {
    await git.read(["branch", "feat/a"]);
    const error = await assertRejects(
      async () => await setupWorktree(await request("a")),
      WorktreeError,
      "feat/a",
    );
    assertEquals(error.outcome, "worktree_failed");
  }));

Deno.test("setupWorktree() brings back an own branch with its last snapshot after a removal", () =>
  withRepository(async ({ git, request }) => {
    const { path } = await setupWorktree(await request("a"));
    await commitIn(git, path, "work.txt", "committed");
    Deno.writeTextFileSync(join(path, "file.txt"), "changed\n");
    Deno.writeTextFileSync(join(path, "new.txt"), "untracked");
    const { ref } = await taskNames("a");
    await takeSnapshot(git.at(path), {
      ref: snapshotRef(ref, 1),
      status: await readStatus(git.at(path)),
      title: "a, attempt 1",
      ignored: [],
      unwatched: [],
    });
    assertEquals(await cleanupWorktree(git, path), null);
    const again = await setupWorktree(await request("a"));
    const read = (name: string) => Deno.readTextFileSync(join(again.path, name));
    assertEquals([read("work.txt"), read("file.txt"), read("new.txt")], [
      "committed",
      "changed\n",
      "untracked",
    ]);
    assertEquals(await git.read(["log", "--format=%s", "main..feat/a"]), "work.txt\n");
  }));

Deno.test("setupWorktree() merges the branches of dependencies, and counts from there", () =>
  withRepository(async ({ git, request }) => {
    const a = await setupWorktree(await request("a"));
    await commitIn(git, a.path, "a.txt", "a");
    const b = await setupWorktree(await request("b"));
    await commitIn(git, b.path, "b.txt", "b");
    const dependencies = [depends("a", "feat/a"), depends("b", "feat/b"), depends("c", "feat/c")];
    const d = await setupWorktree(await request("d", { dependencies }));
    assertEquals(Deno.readTextFileSync(join(d.path, "a.txt")), "a");
    assertEquals(Deno.readTextFileSync(join(d.path, "b.txt")), "b");
    assertEquals(d.baseCommit, (await git.at(d.path).read(["rev-parse", "HEAD"])).trim());
    assert(d.warnings.some((warning) => warning.includes("feat/c")));
  }));

Deno.test("setupWorktree() names the files when dependencies conflict, and resolves nothing", () =>
  withRepository(async ({ git, request }) => {
    for (const id of ["a", "b"]) {
      const { path } = await setupWorktree(await request(id));
      await commitIn(git, path, "file.txt", `${id}\n`);
    }
    const dependencies = [depends("a", "feat/a"), depends("b", "feat/b")];
    const asked = await request("d", { dependencies });
    const error = await assertRejects(
      () => setupWorktree(asked),
      WorktreeError,
      "conflicts in file.txt",
    );
    assertEquals(error.outcome, "merge_conflict");
    assertEquals((await readStatus(git.at(asked.place.path))).unmerged, []);
  }));

Deno.test("setupWorktree() clears what a crash left of an unfinished add", () =>
  withRepository(async ({ git, request }) => {
    const asked = await request("a");
    await git.read(["update-ref", await ownershipRef(asked.names.ref, asked.branch), "HEAD"]);
    await git.read([
      "worktree",
      "add",
      "--quiet",
      "--no-checkout",
      "--lock",
      "-b",
      "feat/a",
      asked.place.path,
    ]);
    const ready = await setupWorktree({ ...asked, owned: owned("adding") });
    assertEquals(Deno.readTextFileSync(join(ready.path, "file.txt")), "one\n");
  }));

Deno.test("setupWorktree() never clears a foreign folder, whatever the ledger says", () =>
  withRepository(async ({ request }) => {
    const asked = await request("a");
    Deno.mkdirSync(asked.place.path, { recursive: true });
    Deno.writeTextFileSync(join(asked.place.path, "mine.txt"), "mine");
    for (const phase of ["adding", "ready", "removing"] as const) {
      await assertRejects(() => setupWorktree({ ...asked, owned: owned(phase) }), WorktreeError);
      assertEquals(Deno.readTextFileSync(join(asked.place.path, "mine.txt")), "mine");
    }
  }));

Deno.test("setupWorktree() pins what a removal left that git has forgotten, and makes it anew", () =>
  withRepository(async ({ git, request }) => {
    const asked = await request("a");
    const { path } = await setupWorktree(asked);
    await git.read(["worktree", "remove", "--force", path]);
    Deno.mkdirSync(path);
    Deno.writeTextFileSync(join(path, "late.txt"), "late\n");
    const ready = await setupWorktree({ ...asked, owned: owned("removing") });
    const pinned = "refs/macp/snapshots/a/1-rest";
    assert(ready.warnings.some((warning) => warning.includes(`pinned at ${pinned}`)));
    assertEquals(await git.read(["show", `${pinned}:late.txt`]), "late\n");
    assertEquals([...Deno.readDirSync(path)].map(({ name }) => name).sort(), [".git", "file.txt"]);
    assertEquals((await git.read(["worktree", "list"])).trim().split("\n").length, 2);
  }));

Deno.test("checkPlace() refuses what lies outside the base, also through a symbolic link", () =>
  withRepository(({ folder, git }) => {
    const base = join(folder, "trees");
    Deno.mkdirSync(base);
    Deno.mkdirSync(join(folder, "elsewhere"));
    Deno.symlinkSync(join(folder, "elsewhere"), join(base, "link"));
    for (
      const path of [
        join(folder, "x"),
        join(base, "..", "x"),
        join(base, "link"),
        join(base, "link", "x"),
        base,
      ]
    ) {
      assertThrows(() => checkPlace(git, { base, path }, () => null, "a"), WorktreeError);
    }
    assertEquals(
      checkPlace(git, { base, path: join(base, "a") }, () => null, "a"),
      join(base, "a"),
    );
    return Promise.resolve();
  }));

Deno.test("checkPlace() refuses a place that another task's worktree or a stranger holds", () =>
  withRepository(({ folder, git }) => {
    const base = join(folder, "trees");
    const path = join(base, "a");
    Deno.mkdirSync(path, { recursive: true });
    assertThrows(
      () => checkPlace(git, { base, path }, () => null, "a"),
      WorktreeError,
      "exists already",
    );
    assertThrows(
      () => checkPlace(git, { base, path }, () => "b", "a"),
      WorktreeError,
      "exists already",
    );
    assertEquals(checkPlace(git, { base, path }, () => "a", "a"), path);
    return Promise.resolve();
  }));

Deno.test("takeSnapshot() pins staged, changed, untracked and deleted files and touches none", () =>
  withRepository(async ({ git, request }) => {
    const { path } = await setupWorktree(await request("a"));
    await commitIn(git, path, "gone.txt", "gone");
    Deno.writeTextFileSync(join(path, "staged.txt"), "staged");
    await git.at(path).read(["add", "staged.txt"]);
    Deno.writeTextFileSync(join(path, "staged.txt"), "staged, then changed");
    Deno.writeTextFileSync(join(path, "un tracked\n.txt"), "untracked");
    Deno.removeSync(join(path, "gone.txt"));
    const before = await git.at(path).read(["status", "--porcelain", "-z"]);
    await takeSnapshot(git.at(path), {
      ref: "refs/macp/snapshots/a/1",
      status: await readStatus(git.at(path)),
      title: "a, attempt 1",
      ignored: [],
      unwatched: [],
    });
    assertEquals(await git.at(path).read(["status", "--porcelain", "-z"]), before);
    const names = await git.read(["ls-tree", "-r", "-z", "--name-only", "refs/macp/snapshots/a/1"]);
    assertEquals(names, "file.txt\0staged.txt\0un tracked\n.txt\0");
    assertEquals(
      await git.read(["show", "refs/macp/snapshots/a/1:staged.txt"]),
      "staged, then changed",
    );
    assertEquals(await git.read(["show", "refs/macp/snapshots/a/1^2:staged.txt"]), "staged");
  }));
