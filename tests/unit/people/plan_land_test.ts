import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { requireLandable, targetOf } from "../../../src/people/plan_land.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { Queue } from "../../../src/store/queue.ts";

Deno.test("targetOf() takes the branch that is named, else that of the base ref, else main or master", () => {
  const branches = ["feat/x", "main", "release/1", "develop"];
  assertEquals(targetOf(branches, "origin/main", "develop"), "develop");
  assertEquals(targetOf(branches, "origin/main", "refs/heads/develop"), "develop");
  assertEquals(targetOf(branches, "origin/develop", undefined), "develop");
  assertEquals(targetOf(branches, "upstream/release/1", undefined), "release/1");
  assertEquals(targetOf(branches, "release/1", undefined), "release/1");
  assertEquals(targetOf(branches, "refs/remotes/origin/develop", undefined), "develop");
  assertEquals(targetOf(branches, "origin/HEAD", undefined), "main");
  assertEquals(targetOf(["master"], "origin/trunk", undefined), "master");
});

Deno.test("targetOf() never lands on another branch than the one that is named", () => {
  const error = assertThrows(() => targetOf(["main"], "origin/main", "origin/main"), MacpError);
  assertEquals([error.kind, error.code], ["usage", "unknown_branch"]);
  assertStringIncludes(error.hints.join(), "main");
  assertThrows(() => targetOf([], "origin/main", undefined), MacpError);
});

Deno.test("requireLandable() refuses each task that has nothing to land, with the way out", () => {
  const land = (task: object) => {
    const whole = { id: "a", title: "t", dispatch: "exec", command: "true", ...task };
    return requireLandable(Queue.parse(JSON.stringify({ tasks: [whole] }), "tasks.json"), "a");
  };
  assertEquals(land({ status: "completed", branch: "b" }).branch, "b");
  const cases: [object, string][] = [
    [{ status: "failed" }, "macp retry a"],
    [{ status: "escalated" }, "macp accept a"],
    [{ status: "gated" }, "macp status"],
    [{ status: "pending" }, "macp status"],
    [{ status: "odd" }, "macp validate"],
    [{ status: "completed", worktree: "." }, "macp show a"],
  ];
  for (const [task, hint] of cases) {
    const error = assertThrows(() => land(task), MacpError);
    assertEquals([error.kind, error.code], ["usage", "cannot_land"]);
    assertStringIncludes(error.hints.join("\n"), hint);
  }
});
