import { assert, assertEquals } from "@std/assert";
import { Git } from "../../../src/git/git.ts";
import {
  fastForward,
  isAncestor,
  landingCommit,
  mergeCommit,
  previewConflicts,
} from "../../../src/git/merge.ts";
import { realWorld } from "../../../src/host/world.ts";

/** A repository with a commit on main. */
async function withGit(
  use: (git: Git, commit: (files: object) => Promise<string>) => Promise<void>,
) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = new Git({ ...realWorld(), env }, folder);
  const commit = async (files: object) => {
    for (const [name, text] of Object.entries(files)) {
      Deno.writeTextFileSync(`${folder}/${name}`, text);
    }
    await git.read(["add", "--all"]);
    await git.read(["commit", "--quiet", "--allow-empty", "-m", "x"]);
    return (await git.read(["rev-parse", "HEAD"])).trim();
  };
  try {
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    await commit({ a: "one\n" });
    await use(git, commit);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const asMacp = { message: "m", env: {} };

Deno.test("previewConflicts() names the paths, and with a folder adds no object", async () => {
  await withGit(async (git, commit) => {
    await git.read(["switch", "--quiet", "-c", "other"]);
    const theirs = await commit({ a: "two\n", b: "b\n" });
    await git.read(["switch", "--quiet", "main"]);
    const ours = await commit({ a: "three\n", c: "c\n" });
    const count = () => git.read(["count-objects"]);
    const before = await count();
    assertEquals(await previewConflicts(git, ours, theirs, `${git.cwd}/.git/look`), ["a"]);
    assertEquals(await count(), before);
    assertEquals(git.world.files.lstat(`${git.cwd}/.git/look`), null);
    assertEquals(await previewConflicts(git, ours, `${ours}^`), []);
    assertEquals(await previewConflicts(git, ours, "nothing"), null);
  });
});

Deno.test("mergeCommit() leaves nothing of a merge that conflicts", async () => {
  await withGit(async (git, commit) => {
    await git.read(["switch", "--quiet", "-c", "other"]);
    const theirs = await commit({ a: "two\n" });
    await git.read(["switch", "--quiet", "main"]);
    const ours = await commit({ a: "three\n" });
    assertEquals(await mergeCommit(git, theirs, asMacp), { kind: "conflict", paths: ["a"] });
    assertEquals((await git.read(["status", "--porcelain"])).trim(), "");
    assertEquals((await git.read(["rev-parse", "HEAD"])).trim(), ours);
  });
});

Deno.test("landingCommit() gives the merge, or the commit itself after a fast-forward", async () => {
  await withGit(async (git, commit) => {
    await git.read(["switch", "--quiet", "-c", "other"]);
    const work = await commit({ b: "b\n" });
    await git.read(["switch", "--quiet", "main"]);
    await commit({ c: "c\n" });
    const merged = await mergeCommit(git, work, asMacp);
    assert(merged.kind === "merged" && !merged.fastForward);
    assertEquals(await landingCommit(git, work, "main"), merged.commit);
    const later = await commit({ d: "d\n" });
    assertEquals(await landingCommit(git, work, "main"), merged.commit);
    assertEquals(await landingCommit(git, merged.commit, "main"), merged.commit);
    assertEquals(await landingCommit(git, later, "main"), later);
    assert(await isAncestor(git, work, "main"));
  });
});

Deno.test("fastForward() moves no branch that is elsewhere than expected", async () => {
  await withGit(async (git, commit) => {
    const first = (await git.read(["rev-parse", "HEAD"])).trim();
    const second = await commit({ b: "b\n" });
    await git.read(["branch", "target", first]);
    const move = (from: string, to: string) =>
      fastForward(git, "target", { from, to, checkout: null, reason: "r" });
    assertEquals(await move(second, second), { kind: "elsewhere", now: first });
    assertEquals(await move(first, second), { kind: "moved" });
    assertEquals((await git.read(["rev-parse", "target"])).trim(), second);
  });
});

Deno.test("fastForward() overwrites no local file where the branch is checked out", async () => {
  await withGit(async (git, commit) => {
    const from = (await git.read(["rev-parse", "HEAD"])).trim();
    await git.read(["switch", "--quiet", "-c", "other"]);
    const to = await commit({ b: "theirs\n" });
    await git.read(["switch", "--quiet", "main"]);
    Deno.writeTextFileSync(`${git.cwd}/b`, "mine\n");
    const moved = await fastForward(git, "main", { from, to, checkout: git.cwd, reason: "r" });
    assert(moved.kind === "refused");
    assertEquals(moved.paths, ["b"]);
    assertEquals(Deno.readTextFileSync(`${git.cwd}/b`), "mine\n");
    assertEquals((await git.read(["rev-parse", "main"])).trim(), from);
  });
});
