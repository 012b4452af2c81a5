import { assert, assertEquals, assertMatch } from "@std/assert";
import { defaultBranch, taskNames } from "../../../src/protocol/names.ts";

Deno.test("taskNames() lower-cases an id and keeps it as file name", async () => {
  assertEquals(await taskNames("TASK-1.a_b"), {
    slug: "task-1.a_b",
    file: "TASK-1.a_b",
    ref: "TASK-1.a_b",
  });
});

Deno.test("taskNames() marks a slug that lost characters with a hash", async () => {
  const { slug, file } = await taskNames("a b");
  assertMatch(slug, /^a-b-[0-9a-f]{8}$/);
  assertMatch(file, /^task-[0-9a-f]{16}$/);
});

Deno.test("taskNames() never leaves a folder, whatever the id", async () => {
  for (const id of ["..", ".", "../x", "/etc/passwd", "", "-rf", ".git", "a/b", "\0", "é"]) {
    const names = await taskNames(id);
    for (const name of Object.values(names)) {
      assert(!name.includes("/") && name !== "." && name !== "..", `${id} gives ${name}`);
      assertMatch(names.file, /^[A-Za-z0-9][A-Za-z0-9._-]*$/, id);
    }
  }
});

Deno.test("taskNames() gives a ref component that git accepts for ids that it would refuse", async () => {
  for (const id of ["a..b", "x.lock", "end."]) {
    const { ref } = await taskNames(id);
    const check = new Deno.Command("git", {
      args: ["check-ref-format", `refs/macp/snapshots/${ref}/1`],
    });
    assertEquals((await check.output()).code, 0, id);
  }
});

Deno.test("defaultBranch() gives a branch that git accepts, of at most 100 characters", async () => {
  const titles = [
    "",
    "…",
    "Fix: the $(thing)",
    "x".repeat(300),
    "über Äpfel",
    "a.lock",
    "--",
    "@{1}",
  ];
  for (const [index, title] of titles.entries()) {
    for (const slug of ["t1", "a..b", "x.lock", "t."]) {
      const branch = defaultBranch(slug, title);
      assert(branch.length <= 100, branch);
      const check = new Deno.Command("git", { args: ["check-ref-format", "--branch", branch] });
      assertEquals((await check.output()).code, 0, `${index}: ${branch}`);
    }
  }
  assertEquals(defaultBranch("task-1", "Add: User Auth!"), "feat/task-1-add-user-auth");
});
