import { assertEquals } from "@std/assert";
import { parseNumstat } from "../../../src/git/changes.ts";
import { lastWords } from "../../../src/git/git.ts";
import { gitEnvironment } from "../../../src/git/git_settings.ts";
import { isDirty, parseStatus } from "../../../src/git/status.ts";
import { parseWorktreeList } from "../../../src/git/worktree_list.ts";

Deno.test("parseStatus() reads every kind of entry, also with spaces and newlines in names", () => {
  const oid = "0".repeat(40);
  const output = [
    `# branch.oid ${oid}`,
    "# branch.head feat/x",
    `1 .M N... 100644 100644 100644 ${oid} ${oid} a b.txt`,
    `2 R. N... 100644 100644 100644 ${oid} ${oid} R100 new name.txt`,
    "old name.txt",
    `u UU N... 100644 100644 100644 100644 ${oid} ${oid} ${oid} both.txt`,
    "? un\ntracked.txt",
    "? nested/",
    "! cache/",
    "! .env",
    "",
  ].join("\0");
  assertEquals(parseStatus(output), {
    head: oid,
    branch: "feat/x",
    changed: ["a b.txt", "new name.txt", "old name.txt"],
    dirtySubmodules: [],
    unmerged: ["both.txt"],
    untracked: ["un\ntracked.txt"],
    nestedRepositories: ["nested/"],
    ignored: ["cache/", ".env"],
  });
});

Deno.test("parseStatus() tells a detached HEAD and a branch without commits", () => {
  const status = parseStatus("# branch.oid (initial)\0# branch.head (detached)\0");
  assertEquals([status.head, status.branch, isDirty(status)], [null, null, false]);
});

Deno.test("parseNumstat() counts lines, and binary files without any", () => {
  assertEquals(parseNumstat("3\t1\ta\tb.txt\0-\t-\tpic.png\0"), {
    files: ["a\tb.txt", "pic.png"],
    insertions: 3,
    deletions: 1,
  });
});

Deno.test("parseWorktreeList() reads branches, locks and folders that are gone", () => {
  const output = "worktree /r\0HEAD 1\0branch refs/heads/main\0\0" +
    "worktree /w 1\0HEAD 0\0detached\0locked because\0prunable gone\0\0";
  assertEquals(parseWorktreeList(output), [
    {
      path: "/r",
      bare: false,
      head: "1",
      branch: "main",
      locked: false,
      lockReason: null,
      prunable: false,
    },
    {
      path: "/w 1",
      bare: false,
      head: null,
      branch: null,
      locked: true,
      lockReason: "because",
      prunable: true,
    },
  ]);
});

Deno.test("gitEnvironment() drops what ties git to another repository", () => {
  const env = { PATH: "/bin", GIT_DIR: "/x", GIT_CONFIG_KEY_0: "a", GIT_TRACE: "1", GIT_SSH: "s" };
  assertEquals(gitEnvironment(env), { PATH: "/bin", GIT_SSH: "s" });
});

Deno.test("lastWords() prefers the lines that say what is wrong", () => {
  assertEquals(lastWords("hint: a\nfatal: no\nhint: b\n"), "fatal: no");
  assertEquals(lastWords("a\nb\nc\nd\n"), "b; c; d");
});
