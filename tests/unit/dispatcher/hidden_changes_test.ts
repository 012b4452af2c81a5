import { assertEquals } from "@std/assert";
import {
  changedViews,
  isSparse,
  parseGitConfig,
  unusableView,
} from "../../../src/dispatcher/hidden_changes.ts";

Deno.test("parseGitConfig() reads what changes what git sees, in any spelling", () => {
  const text = "[core]\n\tbare = false\n\thooksPath = .husky\n[user]\n\tname = worktree\n" +
    '[CORE] ExcludesFile = /x\n[includeIf "gitdir:/a"]\n  path = /y\n[core]\n\tworktree=/z\n';
  assertEquals(parseGitConfig(text), {
    "core.bare": "false;",
    "core.excludesfile": "/x;",
    "include.path": "/y;",
    "core.worktree": "/z;",
  });
});

Deno.test("changedViews() names what was set, changed and unset", () => {
  assertEquals(changedViews({ a: "1", b: "1", c: "1" }, { b: "2", c: "1", d: "1" }), [
    "a",
    "b",
    "d",
  ]);
});

Deno.test("unusableView() tells when every call would look elsewhere", () => {
  assertEquals(unusableView(parseGitConfig("[core]\n\tworktree = /x\n")), "core.worktree");
  assertEquals(unusableView(parseGitConfig("[core]\n\tbare = true\n")), "core.bare");
  assertEquals(unusableView(parseGitConfig("[core]\n\tbare = false\n")), null);
});

Deno.test("isSparse() tells a sparse checkout, also one that only a worktree has", () => {
  assertEquals(isSparse(parseGitConfig("[core]\n\tsparseCheckout = true\n")), true);
  assertEquals(isSparse(parseGitConfig("[extensions]\n\tworktreeConfig = true\n")), true);
  assertEquals(isSparse(parseGitConfig("[core]\n\tbare = false\n")), false);
});
