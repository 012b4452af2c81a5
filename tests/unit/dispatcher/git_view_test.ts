import { assertEquals } from "@std/assert";
import {
  changedViews,
  isSparse,
  parseSettings,
  undoing,
  unusableView,
} from "../../../src/dispatcher/git_view.ts";

/** Settings as git lists them. */
const listed = (...entries: [scope: string, entry: string][]) =>
  parseSettings(entries.map(([scope, entry]) => `${scope}\0${entry}\0`).join(""));

Deno.test("parseSettings() keeps what changes what git sees, in every scope but the call's", () => {
  const view = listed(
    ["system", "filter.lfs.clean\ngit-lfs clean -- %f"],
    ["global", "core.attributesfile\n~/a"],
    ["local", "core.bare\nfalse"],
    ["local", "core.hookspath\n.husky"],
    ["local", "filter.a.b.smudge\nx"],
    ["local", "core.excludesfile\n/x"],
    ["local", "core.excludesfile\n/y\nz"],
    ["local", "core.ignorestat"],
    ["command", "core.eol\nlf"],
  );
  assertEquals(view, {
    "filter.lfs.clean (system)": "git-lfs clean -- %f;",
    "core.attributesfile (global)": "~/a;",
    "core.bare": "false;",
    "filter.a.b.smudge": "x;",
    "core.excludesfile": "/x;/y\nz;",
    "core.ignorestat": "true;",
  });
});

Deno.test("undoing() names the call that takes a change back", () => {
  const cases: [string, string | null | undefined, string][] = [
    ["core.eol (global)", null, "git config --global --unset-all core.eol"],
    ["filter.x.clean", null, "git config --unset-all filter.x.clean"],
    ["refs/replace/abc", null, "git replace -d abc"],
    ["core.filemode", "true;", "git config --replace-all core.filemode true"],
    ["filter.x.clean", "a %f;", "git config --replace-all filter.x.clean 'a %f'"],
    ["core.eol", "lf;crlf;", 'set it back: git config --edit (core.eol was "lf;crlf;")'],
    ["core.eol", undefined, "set it back: git config --edit (core.eol)"],
    ["refs/replace/abc", "def", "git replace -f abc def"],
    ["refs/replace/abc", undefined, "set refs/replace/abc back"],
    ["/r/info/exclude", "*.log\n", 'set /r/info/exclude back to "*.log\\n"'],
    ["/r/info/exclude", "", "empty /r/info/exclude again, or remove it"],
    ["/r/info/exclude", "#".repeat(301), "set /r/info/exclude back to what it was"],
    ["/r/info/exclude", undefined, "set /r/info/exclude back to what it was"],
  ];
  for (const [name, before, undo] of cases) assertEquals(undoing(name, before), undo);
});

Deno.test("changedViews() names what was set, changed and unset", () => {
  assertEquals(changedViews({ a: "1", b: "1", c: "1" }, { b: "2", c: "1", d: "1" }), [
    "a",
    "b",
    "d",
  ]);
});

Deno.test("unusableView() tells when every call would look elsewhere", () => {
  assertEquals(unusableView(listed(["local", "core.worktree\n/x"])), "core.worktree");
  assertEquals(unusableView(listed(["local", "core.bare\ntrue"])), "core.bare");
  assertEquals(unusableView(listed(["local", "core.bare\nfalse"])), null);
});

Deno.test("isSparse() tells a sparse checkout, also one that only a worktree has", () => {
  assertEquals(isSparse(listed(["worktree", "core.sparsecheckout\ntrue"])), true);
  assertEquals(isSparse(listed(["local", "extensions.worktreeconfig\ntrue"])), true);
  assertEquals(isSparse(listed(["local", "core.bare\nfalse"])), false);
});
