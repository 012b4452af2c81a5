import { assertEquals } from "@std/assert";
import { findRoot } from "../../../../src/cli/completion/find_root.ts";
import { MemoryFiles } from "../../memory_files.ts";

function filesWith(texts: Record<string, string>): MemoryFiles {
  const files = new MemoryFiles();
  for (const [path, text] of Object.entries(texts)) {
    files.makeFolder(path.slice(0, path.lastIndexOf("/")));
    files.writeText(path, text);
  }
  return files;
}

Deno.test("findRoot() goes up to the checkout", () => {
  const files = filesWith({ "/a/project/.git/HEAD": "x", "/a/project/src/deep/file": "x" });
  assertEquals(findRoot(files, "/a/project/src/deep"), "/a/project");
  assertEquals(findRoot(files, "/a"), null);
});

Deno.test("findRoot() gives the main checkout of a linked worktree", () => {
  const files = filesWith({
    "/a/project/.git/worktrees/w/commondir": "../..\n",
    "/a/w/.git": "gitdir: /a/project/.git/worktrees/w\n",
    "/a/sub/.git": "gitdir: ../project/.git/modules/sub\n",
    "/b/w/.git": "gitdir: /b/bare.git/worktrees/w\n",
    "/b/bare.git/worktrees/w/commondir": "../..\n",
  });
  assertEquals(findRoot(files, "/a/w"), "/a/project");
  assertEquals(findRoot(files, "/a/sub"), "/a/sub");
  assertEquals(findRoot(files, "/b/w"), null);
});
