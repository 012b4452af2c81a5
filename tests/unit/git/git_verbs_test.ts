import { assertEquals } from "@std/assert";
import { isQuery } from "../../../src/git/git_verbs.ts";

Deno.test("isQuery() looks at the verb behind the settings of a call", () => {
  const calls: [string, boolean][] = [
    ["status", true],
    ["-c filter.lfs.clean= -c filter.lfs.process= status", true],
    ["-c filter.lfs.clean= commit", false],
    ["-c alias.status=!f status-of-mine", false],
    ["worktree list", true],
    ["worktree add", false],
    ["config --list", true],
    ["config --unset core.bare", false],
    ["read-tree HEAD", false],
    ["", false],
  ];
  for (const [call, asks] of calls) assertEquals(isQuery(call.split(" ")), asks, call);
});
