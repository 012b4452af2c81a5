import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { Git } from "../../../src/git/git.ts";
import { restoreSnapshot } from "../../../src/git/restore_snapshot.ts";
import { readSnapshot } from "../../../src/git/snapshot_commit.ts";
import { type SnapshotOptions, takeSnapshot } from "../../../src/git/snapshots.ts";
import { readStatus } from "../../../src/git/status.ts";
import { realWorld } from "../../../src/host/world.ts";

const ref = "refs/macp/snapshots/t/1";

interface Checkouts {
  /** Git in the main checkout. */
  git: Git;
  /** Git in a worktree of branch `work`. */
  own: Git;
  /** Makes the worktree anew, without changes. */
  again(): Promise<Git>;
}

/** A repository with files of its own and a worktree beside it. */
async function withWorktree(
  files: Record<string, string>,
  use: (checkouts: Checkouts) => Promise<void>,
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "macp-snapshots-" }));
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const root = join(folder, "repo");
  Deno.mkdirSync(root);
  const git = new Git({ ...realWorld(), env }, root);
  const place = join(folder, "work");
  const again = async () => {
    await git.run(["worktree", "remove", "--force", place]);
    await git.read(["worktree", "add", "--quiet", place, "work"]);
    return git.at(place);
  };
  try {
    await git.read(["init", "--quiet", "--initial-branch=main"]);
    write(git, files);
    await git.read(["add", "--all"]);
    await git.read(["commit", "--quiet", "--allow-empty", "--message", "one"]);
    await git.read(["branch", "work"]);
    await use({ git, own: await again(), again });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function write({ cwd }: Git, files: Record<string, string | Uint8Array<ArrayBuffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    Deno.mkdirSync(join(cwd, name, ".."), { recursive: true });
    if (typeof content === "string") Deno.writeTextFileSync(join(cwd, name), content);
    else Deno.writeFileSync(join(cwd, name), content);
  }
}

async function commit(git: Git, files: Record<string, string>): Promise<string> {
  write(git, files);
  await git.read(["add", "--all"]);
  await git.read(["commit", "--quiet", "--message", "work"]);
  return (await git.read(["rev-parse", "HEAD"])).trim();
}

async function snapshot(own: Git, more: Partial<SnapshotOptions> = {}): Promise<string> {
  const status = await readStatus(own);
  return await takeSnapshot(own, {
    ref,
    status,
    title: "t, attempt 1",
    ignored: [],
    unwatched: [],
    ...more,
  });
}

/** Every file and link of a checkout: kind, permission bits and bytes. */
function inventory(folder: string, below = ""): string[] {
  return [...Deno.readDirSync(join(folder, below))].flatMap(({ name }) => {
    const path = join(below, name);
    if (path === ".git") return [];
    const { isDirectory, isSymlink, mode } = Deno.lstatSync(join(folder, path));
    if (isDirectory) return inventory(folder, path);
    const content = isSymlink
      ? `-> ${Deno.readLinkSync(join(folder, path))}`
      : Deno.readFileSync(join(folder, path)).toHex();
    return [`${path} ${((mode ?? 0) & 0o7777).toString(8)} ${content}`];
  }).sort();
}

/** What git says of a checkout, ignored files and conflicts included. */
async function statusOf(git: Git): Promise<string> {
  const status = await git.read(["status", "--porcelain=v2", "--ignored", "-z"]);
  return status + await git.read(["ls-files", "--stage", "-z"]);
}

/** Takes a snapshot, makes the worktree anew, and compares. */
async function roundTrip(
  { own, again }: Checkouts,
  more: Partial<SnapshotOptions> = {},
): Promise<void> {
  const before = [inventory(own.cwd), await statusOf(own)];
  await snapshot(own, more);
  assertEquals([inventory(own.cwd), await statusOf(own)], before, "the snapshot touched something");
  const anew = await again();
  assertEquals(await restoreSnapshot(anew, ref), { moved: false, conflict: null });
  assertEquals([inventory(anew.cwd), await statusOf(anew)], before);
}

Deno.test("takeSnapshot() holds a change that keeps size and times of the file", async () => {
  await withWorktree({ f: "one\n" }, async ({ git, own }) => {
    // Only the age of the index makes git look into a file whose size and time are as they were.
    await git.read(["config", "core.trustctime", "false"]);
    const index = (await own.read(["rev-parse", "--git-path", "index"])).trim();
    const past = new Date(Date.now() - 10_000);
    const file = join(own.cwd, "f");
    Deno.utimeSync(file, past, past);
    await own.read(["update-index", "--refresh"]);
    Deno.writeTextFileSync(file, "two\n");
    Deno.utimeSync(file, past, past);
    Deno.utimeSync(index, past, past);
    const status = await readStatus(own);
    assertEquals(status.changed, ["f"]);
    await takeSnapshot(own, { ref, status, title: "t", ignored: [], unwatched: [] });
    assertEquals(await own.read(["show", `${ref}:f`]), "two\n");
  });
});

Deno.test("restoreSnapshot() brings files of every name and kind back as they were", () =>
  withWorktree({ "mod.txt": "a\n", "gone.txt": "b\n", "run.sh": "c\n" }, async (checkouts) => {
    const { own } = checkouts;
    const names = ["a\nb", 'q"\t', "é漢", "-n", ":(glob)x", " sp ", "deep/down/er"];
    write(own, Object.fromEntries(names.map((name) => [name, `${name}\r\n\0`])));
    write(own, { "mod.txt": "changed", "staged.txt": "index", "secret.txt": "mode" });
    Deno.removeSync(join(own.cwd, "gone.txt"));
    await own.read(["add", "staged.txt"]);
    write(own, { "staged.txt": "index, then changed" });
    Deno.chmodSync(join(own.cwd, "run.sh"), 0o755);
    Deno.chmodSync(join(own.cwd, "secret.txt"), 0o600);
    Deno.chmodSync(join(own.cwd, "mod.txt"), 0o700);
    write(own, { setuid: "x" });
    Deno.chmodSync(join(own.cwd, "setuid"), 0o6755);
    Deno.symlinkSync("/nowhere", join(own.cwd, "dangling"));
    Deno.symlinkSync("mod.txt", join(own.cwd, "link"));
    await roundTrip(checkouts);
  }));

Deno.test("restoreSnapshot() brings the bytes back that attributes and filters would change", () => {
  const attributes = "*.txt text eol=lf\n*.crlf text eol=crlf\n*.id ident\n*.rot filter=rot\n" +
    "*.u working-tree-encoding=UTF-16LE\n";
  const files = { ".gitattributes": attributes, "a.txt": "a\n", "b.txt": "b\n", "c.rot": "c\n" };
  return withWorktree(files, async (checkouts) => {
    const { git, own } = checkouts;
    await git.read(["config", "filter.rot.clean", "tr a-z n-za-m"]);
    await git.read(["config", "filter.rot.smudge", "tr a-z n-za-m"]);
    await git.read(["config", "core.autocrlf", "input"]);
    await git.read(["config", "core.safecrlf", "true"]);
    write(own, {
      "a.txt": "mixed\r\nline\nends\r\n",
      "n.crlf": "only\nlf\n",
      "k.id": "$Id$ $Id: mine $\n",
      "c.rot": "Changed\n",
      "w.u": new Uint8Array([104, 0, 105, 0]),
      "plain.md": "crlf\r\n",
    });
    const before = inventory(own.cwd);
    await snapshot(own);
    // A diff of the snapshot sees what git would commit.
    assertEquals(await git.read(["cat-file", "blob", `${ref}:a.txt`]), "mixed\nline\nends\n");
    const anew = await checkouts.again();
    await restoreSnapshot(anew, ref);
    assertEquals(inventory(anew.cwd), before);
  });
});

Deno.test("restoreSnapshot() brings ignored files back, ignored and in no commit", () =>
  withWorktree({ ".gitignore": ".env\ncache/\nnow-*\n" }, async (checkouts) => {
    const { git, own } = checkouts;
    write(own, { ".env": "TOKEN=1", "cache/a": "a", "now-tracked": "x", "new.txt": "n" });
    Deno.chmodSync(join(own.cwd, ".env"), 0o600);
    await roundTrip(checkouts, { ignored: [".env", "cache/a", "now-tracked"] });
    assertEquals(await git.read(["ls-tree", "-r", "--name-only", ref]), ".gitignore\nnew.txt\n");
    // What is not ignored any more would get into a commit: it stays pinned only.
    const anew = await checkouts.again();
    await commit(anew, { ".gitignore": ".env\ncache/\n" });
    await restoreSnapshot(anew, ref);
    const names = inventory(anew.cwd).map((line) => line.split(" ")[0]);
    assertEquals(names, [".env", ".gitignore", "cache/a", "new.txt"]);
  }));

Deno.test("restoreSnapshot() brings a merge's conflicts back as they stood", () =>
  withWorktree({ "both.txt": "base\n", "other.txt": "x\n" }, async (checkouts) => {
    const { git, own } = checkouts;
    await commit(git, { "both.txt": "main\n", "main.txt": "m\n" });
    await commit(own, { "both.txt": "work\n" });
    assertEquals((await own.run(["merge", "main"])).code, 1);
    write(own, { "other.txt": "changed\n", "new.txt": "n\n" });
    await roundTrip(checkouts);
    assertEquals((await readStatus(own)).unmerged, ["both.txt"]);
  }));

Deno.test("takeSnapshot() pins HEAD itself when all is committed, also a merge", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ git, own, again }) => {
    await commit(git, { "main.txt": "m\n" });
    await commit(own, { "work.txt": "w\n" });
    await own.read(["merge", "--quiet", "main"]);
    const head = (await own.read(["rev-parse", "HEAD"])).trim();
    await snapshot(own);
    const held = await readSnapshot(git, ref);
    assertEquals([held?.commit, held?.plain], [head, true]);
    const anew = await again();
    await restoreSnapshot(anew, ref);
    assertEquals(await anew.read(["status", "--porcelain"]), "");
  }));

Deno.test("takeSnapshot() never moves a ref that holds something else, and keeps one that holds the same", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ git, own }) => {
    write(own, { "a.txt": "first\n" });
    assertEquals(await snapshot(own), ref);
    const first = await git.read(["rev-parse", ref]);
    assertEquals(await snapshot(own), ref);
    write(own, { "a.txt": "second\n" });
    assertEquals(await snapshot(own), `${ref}.1`);
    assertEquals(await snapshot(own), `${ref}.1`);
    assertEquals(await git.read(["rev-parse", ref]), first);
    assertEquals(await git.read(["show", `${ref}.1:a.txt`]), "second\n");
  }));

Deno.test("takeSnapshot() looks at files that git was told not to look at", () =>
  withWorktree({ "a.txt": "a\n", "b.txt": "b\n" }, async ({ git, own }) => {
    await own.read(["update-index", "--assume-unchanged", "a.txt"]);
    await own.read(["update-index", "--skip-worktree", "b.txt"]);
    write(own, { "a.txt": "hidden\n", "b.txt": "hidden too\n" });
    await snapshot(own, { unwatched: ["a.txt", "b.txt"] });
    assertEquals(await git.read(["show", `${ref}:a.txt`, `${ref}:b.txt`]), "hidden\nhidden too\n");
  }));

Deno.test("takeSnapshot() leaves no temporary file, and a lock of the index does not stop it", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ own }) => {
    const folder = (await own.read(["rev-parse", "--absolute-git-dir"])).trim();
    write(own, { "a.txt": "changed\n" });
    Deno.writeTextFileSync(join(folder, "index.lock"), "");
    const before = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    await snapshot(own);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), before);
  }));

Deno.test("takeSnapshot() holds files outside a sparse checkout, and those left out of it", () =>
  withWorktree({ "a/f": "1\n", "b/f": "2\n" }, async ({ git, own }) => {
    await own.read(["sparse-checkout", "set", "a"]);
    write(own, { "b/new": "new\n", "a/f": "changed\n" });
    await snapshot(own);
    const names = await git.read(["ls-tree", "-r", "--name-only", ref]);
    assertEquals(names, "a/f\nb/f\nb/new\n");
    assertEquals(await git.read(["show", `${ref}:b/f`, `${ref}:a/f`]), "2\nchanged\n");
  }));

Deno.test("restoreSnapshot() applies changes to a branch that moved on, and covers no newer commit", () =>
  withWorktree({ "a.txt": "a\n", "b.txt": "b\n" }, async ({ own, again }) => {
    write(own, { "a.txt": "changed\n", "new.txt": "new\n" });
    await snapshot(own);
    const anew = await again();
    await commit(anew, { "b.txt": "newer\n" });
    assertEquals(await restoreSnapshot(anew, ref), { moved: true, conflict: null });
    const read = (name: string) => Deno.readTextFileSync(join(anew.cwd, name));
    assertEquals([read("a.txt"), read("b.txt"), read("new.txt")], [
      "changed\n",
      "newer\n",
      "new\n",
    ]);
    const status = await readStatus(anew);
    assertEquals([status.changed, status.untracked], [["a.txt"], ["new.txt"]]);
    assertEquals(await anew.read(["diff", "--cached", "--name-only"]), "");
  }));

Deno.test("restoreSnapshot() changes nothing when the changes conflict with newer commits", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ own, again }) => {
    write(own, { "a.txt": "changed\n", "new.txt": "new\n" });
    await snapshot(own);
    const anew = await again();
    const head = await commit(anew, { "a.txt": "newer\n" });
    const before = inventory(anew.cwd);
    const { conflict } = await restoreSnapshot(anew, ref);
    assertStringIncludes(conflict ?? "", "conflicts in a.txt");
    assertEquals(inventory(anew.cwd), before);
    assertEquals(await anew.read(["status", "--porcelain"]), "");
    assertEquals((await anew.read(["rev-parse", "HEAD"])).trim(), head);
    // A person who names the snapshot gets its files; the branch stays.
    assertEquals(await restoreSnapshot(anew, ref, { exactly: true }), {
      moved: true,
      conflict: null,
    });
    assertEquals(Deno.readTextFileSync(join(anew.cwd, "a.txt")), "changed\n");
    assertEquals((await anew.read(["rev-parse", "HEAD"])).trim(), head);
  }));

Deno.test("restoreSnapshot() tells when the branch lost the commits that were pinned", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ git, own, again }) => {
    const head = await commit(own, { "a.txt": "work\n" });
    await snapshot(own);
    await git.run(["worktree", "remove", "--force", own.cwd]);
    await git.read(["branch", "--force", "work", "main"]);
    const { conflict } = await restoreSnapshot(await again(), ref);
    assertStringIncludes(conflict ?? "", head);
  }));

Deno.test("restoreSnapshot() reads snapshots that name no parts, and takes no commit for one", () =>
  withWorktree({ "a.txt": "a\n" }, async ({ git, own, again }) => {
    write(own, { "a.txt": "staged\n" });
    await own.read(["add", "a.txt"]);
    const tree = (await own.read(["write-tree"])).trim();
    const make = async (text: string, ...parents: string[]) => {
      const args = ["commit-tree", tree, ...parents.flatMap((parent) => ["-p", parent])];
      return (await own.read(args, { stdin: text })).trim();
    };
    const index = await make("index", "HEAD");
    const old = await make("macp: snapshot of t, attempt 1", "HEAD", index);
    await own.read(["update-ref", ref, old]);
    const anew = await again();
    await restoreSnapshot(anew, ref);
    assertEquals(await anew.read(["diff", "--cached", "--name-only"]), "a.txt\n");
    const forged = await make(`macp: snapshot of t\n\nMacp-extra: ${"0".repeat(40)}\n`, "HEAD");
    assertEquals((await readSnapshot(git, forged))?.extra, null);
    const other = await make("chore: work", "HEAD");
    assert((await readSnapshot(git, other))?.plain);
  }));
