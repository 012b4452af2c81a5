import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { clearLocks, describeLock, gitFolderOf } from "../../../src/dispatcher/stale_locks.ts";
import { realFiles } from "../../../src/host/files.ts";

function inFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("gitFolderOf() reads absolute and relative places, and none elsewhere", () =>
  inFolder((folder) => {
    const link = join(folder, ".git");
    assertEquals(gitFolderOf(realFiles, folder), null);
    Deno.writeTextFileSync(link, "gitdir: /a b/.git/worktrees/x\n");
    assertEquals(gitFolderOf(realFiles, folder), "/a b/.git/worktrees/x");
    Deno.writeTextFileSync(link, "gitdir: ../main/.git/worktrees/x\n");
    assertEquals(gitFolderOf(realFiles, folder), join(folder, "../main/.git/worktrees/x"));
    Deno.writeTextFileSync(link, "something else\n");
    assertEquals(gitFolderOf(realFiles, folder), null);
    Deno.removeSync(link);
    Deno.mkdirSync(link);
    assertEquals(gitFolderOf(realFiles, folder), null);
  }));

Deno.test("clearLocks() removes the locks of the folder itself and nothing else", () =>
  inFolder((folder) => {
    Deno.mkdirSync(join(folder, "refs"));
    for (const name of ["index.lock", "HEAD.lock", "HEAD", "locked", "refs/x.lock"]) {
      Deno.writeTextFileSync(join(folder, name), "");
    }
    clearLocks(realFiles, folder);
    clearLocks(realFiles, join(folder, "missing"));
    assertEquals(realFiles.list(folder), ["HEAD", "locked", "refs"]);
    assertEquals(realFiles.list(join(folder, "refs")), ["x.lock"]);
  }));

Deno.test("describeLock() names the file in each of git's wordings, and is null for others", () => {
  const ref = "fatal: cannot lock ref 'x': Unable to create '/r/.git/x.lock': File exists.";
  assertStringIncludes(describeLock(ref) ?? "", "/r/.git/x.lock;");
  const config = "error: could not lock config file .git/config: File exists";
  assertStringIncludes(describeLock(config) ?? "", ".git/config.lock;");
  assertEquals(describeLock("fatal: not a git repository"), null);
  assertEquals(describeLock("Unable to create '/x.lock': Permission denied"), null);
});
