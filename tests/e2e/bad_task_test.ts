import { assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, type TaskFields, withRepository } from "./harness.ts";

/** Tasks that each meet something that cannot be read or done, and how they end. */
const bad: Record<string, { fields: TaskFields; outcome: string }> = {
  "whose brief is no text": { fields: { brief_path: "noise" }, outcome: "invalid_task" },
  "whose brief may not be read": { fields: { brief_path: "closed" }, outcome: "invalid_task" },
  "whose brief is a link to itself": { fields: { brief_path: "loop" }, outcome: "invalid_task" },
  "whose brief has a name that is too long": {
    fields: { brief_path: "b".repeat(5000) },
    outcome: "invalid_task",
  },
  "whose worktree has a name that is too long": {
    fields: { worktree: "w".repeat(5000) },
    outcome: "worktree_failed",
  },
  "whose branch has a name that is too long": {
    fields: { branch: "b".repeat(5000) },
    outcome: "worktree_failed",
  },
  "that takes its worktree away": {
    fields: { command: "rm -rf $MACP_WORKTREE" },
    outcome: "worker_failed",
  },
  "that takes its worktree away in a gate": {
    fields: { quality_gates: ["rm -rf $MACP_WORKTREE", "true"] },
    outcome: "gate_broken",
  },
  "that takes the link of its worktree to git away": {
    fields: { command: "rm .git" },
    outcome: "worker_failed",
  },
  "that damages the index of its worktree": {
    fields: { command: "head -c 100 /dev/urandom > $(git rev-parse --git-path index)" },
    outcome: "worker_failed",
  },
  "that takes git's folder of its worktree away": {
    fields: { command: "rm -rf $(git rev-parse --git-dir)" },
    outcome: "worker_failed",
  },
};

for (const [what, { fields, outcome }] of Object.entries(bad)) {
  Deno.test(`macp goes on after a task ${what}, which is ${outcome}`, async () => {
    await withRepository(async (repository) => {
      Deno.writeFileSync(`${repository.path}/noise`, new Uint8Array([0xff, 0xfe, 0x80, 0x0a]));
      repository.write("closed", "x");
      Deno.chmodSync(`${repository.path}/closed`, 0);
      Deno.symlinkSync("loop", `${repository.path}/loop`);
      repository.writeQueue([execTask("t", "true", fields), execTask("next", "true")]);
      const ran = await repository.macp(["drain"]);
      const [task, next] = ["t", "next"].map((id) => repository.task(id));
      // Root may read every file.
      const readable = fields.brief_path === "closed" && Deno.uid() === 0;
      assertEquals(
        [task?.outcome, next?.outcome],
        [readable ? "completed" : outcome, "completed"],
        ran.stdout + ran.stderr,
      );
    });
  });
}

Deno.test("macp says in every event which issue and conversation a task is about", async () => {
  await withRepository(async (repository) => {
    const metadata = { repo: "infra", issue: 42, thread_id: "t-1", other: "kept to itself" };
    repository.writeQueue([
      execTask("refused", "true", { metadata, brief_path: "nowhere.md" }),
      execTask("wrong", "true", { metadata, max_attempts: "many" }),
      execTask("odd", "true", { metadata: ["none"], max_attempts: "many" }),
      execTask("runs", "true", { metadata, worktree: "." }),
      execTask("own", "true", { metadata, issue: "#7", worktree: "." }),
      execTask("later", "true", { metadata, worktree: "." }),
    ]);
    assertEquals((await repository.macp(["cancel", "later"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const about = (id: string) =>
      repository.events(id).map(({ metadata: { repo, issue, thread_id, other } = {} }) =>
        [repo, issue, thread_id, other] as const
      );
    for (const id of ["refused", "wrong", "later", "runs"]) {
      assertEquals(new Set(about(id).map(String)), new Set(["infra,42,t-1,"]), id);
    }
    assertEquals(new Set(about("own").map(String)), new Set(["infra,#7,t-1,"]));
    assertEquals(about("odd"), [[undefined, undefined, undefined, undefined]]);
  });
});

for (
  const [what, command] of Object.entries({
    "takes its worktree away": "rm -rf $MACP_WORKTREE",
    "takes the link to git away": "rm .git",
    "takes git's own folder away": "rm -rf $(git rev-parse --git-dir)",
    "damages the index": "head -c 100 /dev/urandom > $(git rev-parse --git-path index)",
  })
) {
  Deno.test(`macp ends an attempt as setup_failed and goes on when the setup ${what}`, async () => {
    await withRepository(async (repository) => {
      await repository.commit({ tracked: "one\n" });
      const once = repository.outside("once");
      const damage = `test -e ${once} || { touch ${once}; ${command}; }`;
      repository.writeConfig({ macp: { setup: damage } });
      repository.writeQueue([
        execTask("t", "grep one tracked", { max_attempts: 2 }),
        execTask("next", "true"),
      ]);
      const ran = await repository.macp(["drain"]);
      const shown = ran.stdout + ran.stderr;
      const { metadata, error } = repository.attemptResult("t", 1);
      assertEquals(metadata?.outcome, "setup_failed", shown);
      assertStringIncludes(error ?? "", "after the setup");
      assertEquals([repository.task("t").outcome, repository.task("next").outcome], [
        "completed",
        "completed",
      ], shown);
    });
  });
}

Deno.test("A task that is under way with fields of wrong types is lost, and the ledger stays whole", async () => {
  await withRepository(async (repository) => {
    const wrong = { last_attempt: "one", attempts: "two", timeout_seconds: "x", title: 7 };
    repository.writeQueue([
      execTask("t", "true", { ...wrong, status: "gated" }),
      execTask("u", "true", { ...wrong, status: "pending" }),
    ]);
    const ran = await repository.macp(["cancel", "u"]);
    assertEquals(ran.code, 0, ran.stderr);
    const drained = await repository.macp(["drain"]);
    assertEquals(drained.code, 1, drained.stdout + drained.stderr);
    assertEquals(repository.result("t").metadata?.outcome, "worker_lost");
    assertEquals(repository.result("u").metadata?.outcome, "cancelled");
    assertEquals((await repository.macp(["status"])).code, 0);
    for (const name of ["state.json", "results/t.json", "results/u.json", "events.ndjson"]) {
      const valid = await repository.macp(["validate", repository.state(name)]);
      assertEquals([name, valid.code], [name, 0], valid.stdout);
    }
  });
});

Deno.test("validate names what has no command as the run does, and a template of legacy tasks counts", async () => {
  await withRepository(async (repository) => {
    const bare = { title: "t", status: "pending" };
    repository.writeQueue([
      { ...bare, id: "none", dispatch: "exec" },
      { ...bare, id: "empty", dispatch: "exec", command: " " },
      { ...bare, id: "ended", dispatch: "exec", status: "completed" },
      { ...bare, id: "legacy" },
      execTask("good", "true"),
    ]);
    const queue = repository.state("tasks.json");
    const { code, stdout } = await repository.macp(["validate", queue]);
    assertEquals(code, 1, stdout);
    const lines = stdout.trimEnd().split("\n");
    const why = "as it has dispatch exec and no command";
    assertEquals(lines.map((line) => line.split(`${queue}: `)), [
      ["fault: ", `/tasks/0/command: Cannot run task none ${why}`],
      ["fault: ", `/tasks/1/command: Cannot run task empty ${why}`],
      [
        "warning: ",
        "/tasks/3/command: Cannot run task legacy as it has no command. " +
        "Set its command, worker.command_template, or MOSAIC_WORKER_EXEC",
      ],
    ]);
    repository.writeConfig({ worker: { command_template: "true {task_id}" } });
    const again = await repository.macp(["validate", queue]);
    assertEquals([again.code, again.stdout.trimEnd().split("\n")], [1, lines.slice(0, 2)]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    for (const id of ["none", "empty"]) {
      const { outcome, reason } = repository.task(id);
      assertEquals(outcome, "invalid_task");
      assertStringIncludes(reason ?? "", why);
    }
  });
});
