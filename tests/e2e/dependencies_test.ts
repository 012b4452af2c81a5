import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, type Repository, textOf, withRepository } from "./harness.ts";

Deno.test("show 9: a dependant's worktree holds its dependencies' commits", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("use", "cat a b > both", { depends_on: ["a", "b"], type: "coding" }),
      execTask("a", "echo from a > a", { type: "coding" }),
      execTask("b", "echo from b > b", { type: "coding" }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const result = repository.result("use");
    assertEquals(await repository.git("show", `${result.branch}:both`), "from a\nfrom b");
    assertEquals(result.files_changed, ["both"], "only the dependant's own work counts");
    assertEquals(result.metadata?.commits, 1);
    assertEquals(
      repository.events().filter((event) => event.event_type === "task.assigned")
        .map(({ task_id }) => task_id),
      ["a", "b", "use"],
    );
  });
});

Deno.test("show 9: a coding dependant cannot pass off its dependencies' commits as its own", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("a", "echo from a > a", { type: "coding" }),
      execTask("idle", "true", { depends_on: ["a"], type: "coding" }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("idle").metadata?.outcome, "no_changes");
  });
});

Deno.test("show 9: two dependencies that conflict escalate, with the files named", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ shared: "base\n" });
    const head = await repository.git("rev-parse", "main");
    const ran = repository.outside("ran");
    repository.writeQueue([
      execTask("a", "echo a > shared; echo a > more"),
      execTask("b", "echo b > shared; echo b > more"),
      execTask("use", `touch ${ran}`, { depends_on: ["a", "b"], max_attempts: 3 }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const result = repository.result("use");
    assertEquals(repository.task("use").status, "escalated");
    assertEquals(repository.task("use").attempts, 1);
    for (const text of ["shared", "more", "b"]) assertStringIncludes(result.error ?? "", text);
    assertStringIncludes(repository.task("use").reason ?? "", "shared");
    assert(!exists(ran), "the worker ran on a conflict");
    assert(!exists(repository.worktree("use")), "the worktree stayed");
    assertEquals(await repository.git("rev-parse", "main"), head);
    assertEquals(repository.eventTypes("use"), ["task.assigned", "task.escalated"]);
  });
});

Deno.test("When a person mended the conflict, retry lets the dependant run", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ shared: "base\n" });
    repository.writeQueue([
      execTask("a", "echo a > shared", { branch: "a" }),
      execTask("b", "echo b > shared", { branch: "b" }),
      execTask("use", "cat shared > seen", { depends_on: ["a", "b"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    await repository.git("checkout", "--quiet", "b");
    await repository.git("merge", "--quiet", "--strategy-option=ours", "--message=mend", "a");
    await repository.git("checkout", "--quiet", "main");
    assertEquals((await repository.macp(["retry", "use"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(await repository.git("show", `${repository.result("use").branch}:seen`), "b");
  });
});

Deno.test("A failed or escalated dependency leaves its dependants pending, and drain exits 3", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    repository.writeQueue([
      execTask("broken", "exit 1"),
      execTask("behind", `touch ${ran}`, { depends_on: ["broken"] }),
      execTask("far-behind", `touch ${ran}`, { depends_on: ["behind"] }),
    ]);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 3);
    assertStringIncludes(drained.stdout, "behind, far-behind");
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "failed",
      "pending",
      "pending",
    ]);
    assert(!exists(ran));
    const status = await repository.json<{ tasks: { id: string; blocked_by: string | null }[] }>([
      "status",
    ]);
    assertEquals(status.tasks.map(({ blocked_by }) => blocked_by), [null, "broken", "behind"]);
    assertStringIncludes((await repository.macp(["status"])).stdout, "blocked: broken failed");
  });
});

Deno.test("Mending the dependency lets its dependants run", async () => {
  await withRepository(async (repository) => {
    const mended = repository.outside("mended");
    repository.writeQueue([
      execTask("broken", `test -e ${mended}`),
      execTask("behind", "true", { depends_on: ["broken"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    Deno.writeTextFileSync(mended, "");
    assertEquals((await repository.macp(["retry", "broken"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.readQueue().map(({ status }) => status), ["completed", "completed"]);
  });
});

Deno.test("An unknown dependency in the file escalates its task and stops no other", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("lost", `touch ${repository.outside("lost")}`, { depends_on: ["nowhere"] }),
      execTask("fine", `touch ${repository.outside("fine")}`),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.readQueue().map(({ status }) => status), ["escalated", "completed"]);
    assertEquals([exists(repository.outside("lost")), exists(repository.outside("fine"))], [
      false,
      true,
    ]);
    assertStringIncludes(repository.result("lost").error ?? "", "nowhere");
    assertEquals(repository.task("lost").attempts ?? 0, 0);
  });
});

Deno.test("A cycle in the file escalates with its path and ends the drain", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    repository.writeQueue([
      execTask("a", `touch ${ran}`, { depends_on: ["c"] }),
      execTask("b", `touch ${ran}`, { depends_on: ["a"] }),
      execTask("c", `touch ${ran}`, { depends_on: ["b"] }),
      execTask("self", `touch ${ran}`, { depends_on: ["self"] }),
      execTask("fine", "true"),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.task("a").status, "escalated");
    assertStringIncludes(repository.result("a").error ?? "", "a → c → b → a");
    assertEquals(repository.task("self").status, "escalated");
    assertEquals(repository.task("fine").status, "completed");
    assertEquals(textOf(ran), null);
  });
});

Deno.test("submit refuses unknown dependencies with the nearest id, and a dependency on itself", async () => {
  await withRepository(async (repository) => {
    await repository.submit("TASK-1", "true");
    const before = repository.queueText();
    const submit = (...more: string[]) =>
      repository.macp([
        "submit",
        "--task-id",
        "next",
        "--title",
        "x",
        "--command",
        "true",
        ...more,
      ]);
    const unknown = await submit("--depends-on", "TASK-2");
    assertEquals(unknown.code, 2);
    assertStringIncludes(unknown.stderr, "TASK-2");
    assertStringIncludes(unknown.stderr, "Did you mean TASK-1?");
    assertEquals((await submit("--depends-on", "next")).code, 2);
    assertEquals(repository.queueText(), before);
  });
});

/** Commits a gate file that says yes to everything on a task's branch; commits before and after. */
async function weaken(repository: Repository, branch: string): Promise<[string, string]> {
  const checkout = repository.outside("weakened");
  const judged = await repository.git("rev-parse", branch);
  await repository.git("worktree", "add", "--quiet", checkout, branch);
  Deno.writeTextFileSync(`${checkout}/check.sh`, "true\n");
  await repository.git("-C", checkout, "commit", "--quiet", "--all", "--message", "weaken");
  await repository.git("worktree", "remove", checkout);
  return [judged, await repository.git("rev-parse", branch)];
}

for (const policy of ["report", "block"] as const) {
  Deno.test(`What came to a dependency's branch after its verdict is told, policy ${policy}`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ "check.sh": "grep -q good h.txt\n" });
      repository.writeConfig({ macp: { gate_files_policy: policy } });
      const gates = { quality_gates: ["sh check.sh"] };
      const use = execTask("use", "echo bad > h.txt", { depends_on: ["a"], ...gates });
      repository.writeQueue([execTask("a", "echo good > h.txt", gates), use]);
      assertEquals((await repository.macp(["run", "--once"])).code, 0);
      const branch = repository.task("a").branch ?? "";
      const [judged, now] = await weaken(repository, branch);

      const ran = await repository.macp(["drain"]);
      const told = `${branch} moved since the verdict on a: ` +
        `${judged.slice(0, 12)} was judged, it is at ${now.slice(0, 12)} now; ` +
        "files that decide what gates check changed since: check.sh";
      const { error, metadata } = repository.result("use");
      if (policy === "report") {
        assertEquals(ran.code, 0, ran.stdout + ran.stderr);
        assertEquals(metadata?.warnings, [told]);
        return;
      }
      assertEquals(ran.code, 3, ran.stdout + ran.stderr);
      assertEquals(metadata?.outcome, "gate_files_blocked");
      assertStringIncludes(error ?? "", told);
      assert(!exists(repository.worktree("use")), "the worktree stayed");
      const { stdout } = await repository.macp(["show", "use"]);
      assertStringIncludes(stdout, `git diff ${judged.slice(0, 12)} ${now.slice(0, 12)}`);
      assertStringIncludes(stdout, "macp retry use");
      // Back at what was judged, it runs, and its gate is red.
      await repository.git("update-ref", `refs/heads/${branch}`, judged);
      assertEquals((await repository.macp(["retry", "use"])).code, 0);
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals(repository.result("use").metadata?.outcome, "gate_failed");
    });
  });
}

Deno.test("Commits of a dependency's branch that the base holds already are no matter of its verdict", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "check.sh": "grep -q good h.txt\n" });
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const gates = { quality_gates: ["sh check.sh"] };
    const use = execTask("use", "echo good > h.txt", { depends_on: ["a"], ...gates });
    repository.writeQueue([execTask("a", "echo good > h.txt", gates), use]);
    assertEquals((await repository.macp(["run", "--once"])).code, 0);
    const branch = repository.task("a").branch ?? "";
    await weaken(repository, branch);
    await repository.git("merge", "--quiet", branch);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertEquals(repository.result("use").metadata?.warnings ?? [], []);
  });
});
