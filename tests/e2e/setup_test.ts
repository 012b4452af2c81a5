import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, exists, isAlive, textOf, until, withRepository } from "./harness.ts";

Deno.test("macp runs the setup in the new worktree before the worker, in the worker's environment", async () => {
  await withRepository(async (repository) => {
    await repository.commit({
      ".gitignore": "deps\n.env\n.mosaic/\n",
      ".worktreeinclude": ".env\n",
    });
    repository.write(".env", "x=1\n");
    repository.writeConfig({
      macp: { setup: 'cat .env > deps; echo "$MACP_TASK_ID $MACP_SLOT at $PWD"' },
    });
    await repository.submit("t", 'cat deps; test -z "$(git status --porcelain)"');
    assertEquals((await repository.macp(["drain"])).code, 0);
    const log = repository.log("t");
    assertMatch(
      log,
      /== setup: cat .*\nt 0 at .*worktrees\/t\n== setup ended with exit code 0\n== worker/,
    );
    assertStringIncludes(log, "\nx=1\n");
    assertEquals(repository.eventTypes("t").slice(0, 2), ["task.assigned", "task.started"]);
    assertEquals(repository.result("t").metadata?.warnings, []);
  });
});

Deno.test("macp ends an attempt as setup_failed with the end of the output when the setup fails", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({
      macp: { setup: "echo one; echo two >&2; echo leftover > leftover; exit 3" },
    });
    await repository.submit("t", `touch ${repository.outside("ran")}`, "--max-attempts", "2");
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { metadata, error, status } = repository.result("t");
    assertEquals([status, metadata?.outcome], ["failed", "setup_failed"]);
    assertEquals(error, "Setup ended with exit code 3: one / two");
    assertEquals(repository.task("t").attempts, 2);
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "setup_failed");
    assert(!exists(repository.outside("ran")));
    assert(!exists(repository.worktree("t")));
    assertEquals(metadata?.snapshot_ref, null);
  });
});

Deno.test("macp ends a setup that hangs, and all that it started", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    repository.writeConfig({
      macp: {
        setup: `setsid sh -c 'echo $$ > ${pid}; sleep 300' & sleep 300`,
        setup_timeout_seconds: 1,
      },
    });
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "setup_failed");
    assertStringIncludes(repository.result("t").error ?? "", "did not end within 1 s");
    assert(!isAlive(Number(textOf(pid))));
  });
});

Deno.test("macp runs the setup once when a worktree is used again, and anew when it failed", async () => {
  await withRepository(async (repository) => {
    const count = repository.outside("count");
    repository.writeConfig({
      macp: { setup: `echo x >> ${count}; test $(wc -l < ${count}) != 1; ` },
    });
    // The first setup fails; then two attempts of the worker follow on one setup.
    const command = 'ls; test "$MACP_ATTEMPT" = 3';
    repository.writeQueue([execTask("t", command, { max_attempts: 3 })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(count), "x\nx\n");
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "setup_failed");
    assertEquals(repository.attemptResult("t", 2).metadata?.outcome, "worker_failed");
  });
});

Deno.test("macp loses no work of an attempt before when a setup that came later fails", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { retry_backoff_seconds: 0 } });
    repository.writeQueue([execTask("t", "echo precious > work; exit 1", { max_attempts: 2 })]);
    await repository.macp(["run", "--once"]);
    assertEquals(textOf(`${repository.worktree("t")}/work`), "precious\n");
    repository.writeConfig({ macp: { setup: "exit 1" } });
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { metadata } = repository.result("t");
    assertEquals(metadata?.outcome, "setup_failed");
    assertEquals(await repository.git("show", `${metadata?.snapshot_ref}:work`), "precious");
  });
});

Deno.test("macp runs no setup for a legacy task or in the repository itself, but for acp tasks", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({
      macp: { setup: `echo "$MACP_TASK_ID" >> ${repository.outside("set")}` },
    });
    repository.writeQueue([
      { id: "legacy", title: "l", status: "pending", command: "true" },
      execTask("here", "true", { worktree: "." }),
      { id: "acp", title: "a", status: "pending", dispatch: "acp" },
    ]);
    await repository.macp(["drain"]);
    assertEquals(textOf(repository.outside("set")), "acp\n");
    assertEquals(repository.result("here").metadata?.outcome, "completed");
  });
});

Deno.test("macp runs the setup for accept when the worktree has to be made again", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ ".gitignore": "deps\n.mosaic/\n" });
    const mended = repository.outside("mended");
    repository.writeConfig({ macp: { setup: "echo 1 > deps" } });
    const gate = `test -e deps && test -e work && test -e ${mended}`;
    repository.writeQueue([execTask("t", "echo x > work", { quality_gates: [gate] })]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assert(!exists(repository.worktree("t")));
    Deno.writeTextFileSync(mended, "");
    assertEquals((await repository.macp(["accept", "t"])).code, 0);
    assertEquals(repository.task("t").status, "completed");
  });
});

Deno.test("macp warns when the setup changed files that would be committed", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "lock": "1\n" });
    repository.writeConfig({ macp: { setup: "echo 2 > lock; echo new > made" } });
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const warnings = (repository.result("t").metadata?.warnings ?? []).join();
    assertStringIncludes(warnings, "lock, made");
  });
});

Deno.test("macp ends a setup whose controller was killed, and begins anew in a fresh worktree", async () => {
  await withRepository(async (repository) => {
    const [pid, go] = [repository.outside("pid"), repository.outside("go")];
    repository.writeConfig({
      macp: { setup: `test -e ${go} || { echo half > half; echo $$ > ${pid}; sleep 300; }` },
    });
    repository.writeQueue([execTask("t", "ls > seen", { max_attempts: 2 })]);
    const running = repository.start(["drain"]);
    const setup = Number(await repository.untilWritten(pid));
    running.kill("SIGKILL");
    await running.ended;
    assert(isAlive(setup));
    Deno.writeTextFileSync(go, "");
    assertEquals((await repository.macp(["drain"])).code, 0);
    await until("the end of the setup", () => !isAlive(setup));
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
    assertEquals(await repository.git("show", `${repository.result("t").branch}:seen`), "seen");
  });
});

Deno.test("macp ends the setup of a task that is cancelled or interrupted", async () => {
  await withRepository(async (repository) => {
    const pid = repository.outside("pid");
    repository.writeConfig({ macp: { setup: `echo $$ > ${pid}; sleep 300` } });
    repository.writeQueue([execTask("t", "true")]);
    const first = repository.start(["drain"]);
    const setup = Number(await repository.untilWritten(pid));
    first.kill("SIGTERM");
    assertEquals((await first.ended).code, 143);
    assert(!isAlive(setup));
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["pending", 0]);
    Deno.removeSync(pid);
    const second = repository.start(["drain"]);
    await repository.untilWritten(pid);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals((await second.ended).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "cancelled");
  });
});

Deno.test("What the setup changed is no work of a worker that did nothing, in any attempt", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { setup: "echo {1} > package-lock.json" } });
    const coding = ["--type", "coding"];
    await repository.submit("idle", "true", ...coding, "--max-attempts", "2");
    await repository.submit(
      "same",
      "git add -A; git -c user.name=w -c user.email=w@w commit -qm w",
      ...coding,
    );
    await repository.submit("more", "echo {2} > package-lock.json", ...coding);
    await repository.submit("other", "echo x > x", ...coding);
    await repository.macp(["drain"]);
    const outcomes = ["idle", "same", "more", "other"].map((id) =>
      repository.result(id).metadata?.outcome
    );
    assertEquals(outcomes, ["no_changes", "no_changes", "completed", "completed"]);
    assertEquals(repository.result("idle").attempt, 2);
  });
});
