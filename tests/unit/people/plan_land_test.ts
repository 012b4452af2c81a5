import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { requireLandable, targetOf } from "../../../src/people/plan_land.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import { Queue } from "../../../src/store/queue.ts";

Deno.test("targetOf() takes the branch that is named, else that of the base ref, else main or master", () => {
  const branches = ["feat/x", "main", "release/1", "develop"];
  assertEquals(targetOf(branches, { baseRef: "origin/main", named: "develop" }), "develop");
  assertEquals(
    targetOf(branches, { baseRef: "origin/main", named: "refs/heads/develop" }),
    "develop",
  );
  assertEquals(targetOf(branches, { baseRef: "origin/develop", named: undefined }), "develop");
  assertEquals(
    targetOf(branches, { baseRef: "upstream/release/1", named: undefined }),
    "release/1",
  );
  assertEquals(targetOf(branches, { baseRef: "release/1", named: undefined }), "release/1");
  assertEquals(
    targetOf(branches, { baseRef: "refs/remotes/origin/develop", named: undefined }),
    "develop",
  );
  assertEquals(targetOf(branches, { baseRef: "origin/HEAD", named: undefined }), "main");
  assertEquals(targetOf(["master"], { baseRef: "origin/trunk", named: undefined }), "master");
});

Deno.test("targetOf() takes the branch that stood in for a base ref that does not exist", () => {
  const about = { baseRef: "origin/main", stood: "trunk" };
  assertEquals(targetOf(["feat/x", "trunk"], about), "trunk");
  assertEquals(targetOf(["main", "trunk"], about), "main");
  assertEquals(targetOf(["master", "trunk"], about), "trunk");
});

Deno.test("targetOf() never lands on another branch than the one that is named", () => {
  const error = assertThrows(
    () => targetOf(["main"], { baseRef: "origin/main", named: "origin/main" }),
    MacpError,
  );
  assertEquals([error.kind, error.code], ["usage", "unknown_branch"]);
  assertStringIncludes(error.hints.join(), "main");
  assertThrows(() => targetOf([], { baseRef: "origin/main", named: undefined }), MacpError);
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
