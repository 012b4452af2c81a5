import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  execTask,
  exists,
  fingerprint,
  isAlive,
  type Repository,
  textOf,
  until,
  withRepository,
} from "./harness.ts";

/** A task of type coding whose gate wants what its worker does not do. */
async function escalate(repository: Repository, ...more: string[]): Promise<void> {
  const args = ["--type", "coding", "--gate", "grep -qx right answer", ...more];
  await repository.submit("t", "echo wrong > answer", ...args);
  assertEquals((await repository.macp(["drain"])).code, 3);
  assertEquals(repository.task("t").outcome, "gate_failed");
}

function state(repository: Repository) {
  return JSON.parse(textOf(repository.state("state.json")) ?? "");
}

Deno.test("show 7: accept gates and completes a task that a person mended in its worktree", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await escalate(repository);
    Deno.writeTextFileSync(`${repository.worktree("t")}/answer`, "right\n");
    const before = repository.events("t").length;

    const accepted = await repository.macp(["accept", "t"]);

    assertEquals(accepted.code, 0, accepted.stdout + accepted.stderr);
    const { status, attempts, outcome, last_attempt } = repository.task("t");
    assertEquals([status, attempts, outcome, last_attempt], ["completed", 1, "completed", 2]);
    assertEquals(repository.eventTypes("t").slice(before), [
      "task.gated",
      "rail.check.started",
      "rail.check.passed",
      "task.completed",
    ]);
    const result = repository.result("t");
    assertEquals([result.status, result.attempt, result.metadata?.attempt_serial], [
      "completed",
      1,
      2,
    ]);
    assertEquals(result.metadata?.accepted_from, "gate_failed");
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "gate_failed");
    const branch = repository.task("t").branch ?? "";
    assertEquals(await repository.git("show", `${branch}:answer`), "right");
    const commit = await repository.git("log", "-1", "--format=%an %s", branch);
    assertEquals(commit, "macp Task t (t)");
    assertStringIncludes(repository.log("t", 2), "grep -qx right answer");
    assertEquals([state(repository).running, exists(repository.state("attempts", "t"))], [
      {},
      false,
    ]);
  });
});

Deno.test("A worktree that was removed is brought back, gated, and stays as it is when red", async () => {
  await withRepository(async (repository) => {
    await escalate(repository);
    assert(!exists(repository.worktree("t")));

    const red = await repository.macp(["accept", "t"]);

    assertEquals(red.code, 3);
    assertStringIncludes(red.stdout, "failed (exit 1)");
    assertEquals([repository.task("t").status, repository.task("t").attempts], ["escalated", 1]);
    assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
    const answer = `${repository.worktree("t")}/answer`;
    assertEquals(textOf(answer), "wrong\n");
    Deno.writeTextFileSync(answer, "right\n");
    assertEquals((await repository.macp(["accept", "t"])).code, 0);
    assertEquals(repository.task("t").status, "completed");
    assert(!exists(repository.worktree("t")), "the worktree of a completed task stays");
    assertEquals(state(repository).worktrees, {});
  });
});

Deno.test("restore brings the work back, a person mends it, accept completes it", async () => {
  await withRepository(async (repository) => {
    await escalate(repository);
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    const answer = `${repository.worktree("t")}/answer`;
    assertEquals(textOf(answer), "wrong\n");
    Deno.writeTextFileSync(answer, "right\n");
    const accepted = await repository.macp(["accept", "t"]);
    assertEquals(accepted.code, 0, accepted.stdout + accepted.stderr);
    assertEquals(repository.task("t").status, "completed");
    assertEquals((await repository.macp(["land", "t"])).code, 0);
    assertEquals(textOf(`${repository.path}/answer`), "right\n");
  });
});

Deno.test("What a person commits to the branch elsewhere is gated, never covered by a snapshot", async () => {
  await withRepository(async (repository) => {
    await escalate(repository);
    await repository.git("switch", "--quiet", repository.task("t").branch ?? "");
    repository.write("answer", "right\n");
    await repository.git("commit", "--quiet", "--message", "work of a person", "answer");
    const there = await repository.macp(["accept", "t"]);
    assertEquals(there.code, 2);
    assertStringIncludes(there.stderr, `is checked out in ${repository.path}`);
    await repository.git("switch", "--quiet", "main");
    assertEquals((await repository.macp(["accept", "t"])).code, 0);
    const branch = repository.task("t").branch ?? "";
    assertEquals(await repository.git("show", `${branch}:answer`), "right");
    assertEquals(await repository.git("log", "-1", "--format=%s", branch), "work of a person");
  });
});

Deno.test("A handed-over task is accepted when another agent did the work", async () => {
  await withRepository(async (repository) => {
    const args = ["submit", "--task-id", "a", "--title", "Do it", "--dispatch", "acp"];
    await repository.macp([...args, "--type", "coding", "--gate", "test -e work"]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const nothing = await repository.macp(["accept", "a"]);
    assertEquals(nothing.code, 3, nothing.stdout);
    assertStringIncludes(nothing.stderr, "nothing was done since it was handed over");
    assertEquals(repository.task("a").outcome, "handed_over");
    Deno.writeTextFileSync(`${repository.worktree("a")}/work`, "done\n");
    assertEquals((await repository.macp(["accept", "a"])).code, 0);
    assertEquals(repository.task("a").status, "completed");
    assertEquals(repository.result("a").files_changed, ["work"]);
  });
});

Deno.test("accept completes no task that asked and for which nothing was done, unless told to", async () => {
  for (const cleanup_worktrees of [false, true]) {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { cleanup_worktrees } });
      const asks =
        `echo '{"status": "escalated", "escalation_reason": "Which?"}' > "$MACP_RESULT_FILE"`;
      repository.writeQueue([
        execTask("coding", asks, { type: "coding" }),
        execTask("research", asks, { type: "research" }),
      ]);
      assertEquals((await repository.macp(["drain"])).code, 3);
      const before = fingerprint(repository.state());
      for (const more of [[], ["--dry-run"]]) {
        const refused = await repository.macp(["accept", "research", ...more]);
        assertEquals(refused.code, 3, refused.stdout + refused.stderr);
        const why =
          "Cannot accept task research as it holds no work and its question is not answered";
        assertStringIncludes(refused.stderr, why);
        assertStringIncludes(refused.stderr, 'macp reply research "…"');
        assertStringIncludes(refused.stderr, "macp accept research --allow-empty");
      }
      const json = await repository.macp(["accept", "coding", "--json"]);
      assertEquals(json.code, 3);
      assertEquals(JSON.parse(json.stderr).error.code, "nothing_done");
      assertEquals(fingerprint(repository.state()), before);

      for (const id of ["coding", "research"]) {
        const accepted = await repository.macp(["accept", id, "--allow-empty"]);
        assertEquals(accepted.code, 0, accepted.stdout + accepted.stderr);
        assertEquals(repository.task(id).status, "completed");
      }
    });
  }
});

Deno.test("accept takes what the setup left for no work, and what a worker left beside it for some", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false, setup: "echo set > setup.txt" } });
    const asks = `echo '{"status": "escalated", "escalation_reason": "?"}' > "$MACP_RESULT_FILE"`;
    repository.writeQueue([execTask("none", asks), execTask("some", `${asks}; echo x > x`)]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals((await repository.macp(["accept", "none"])).code, 3);
    assertEquals((await repository.macp(["accept", "some"])).code, 0);
    assertEquals(repository.task("none").outcome, "worker_escalated");
  });
});

Deno.test("--allow-empty turns no red gate green", async () => {
  await withRepository(async (repository) => {
    const asks = `echo '{"status": "escalated", "escalation_reason": "?"}' > "$MACP_RESULT_FILE"`;
    await repository.submit("t", asks, "--gate", "false");
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals((await repository.macp(["accept", "t", "--allow-empty"])).code, 3);
    assertEquals(repository.task("t").status, "escalated");
  });
});

Deno.test("A question stays open when what was left is not accepted, until it is answered", async () => {
  await withRepository(async (repository) => {
    const asks = `cp "$MACP_BRIEF_FILE" ${repository.outside("brief")}; echo red > colour; ` +
      `test "$MACP_ATTEMPT" != 1 || ` +
      `echo '{"status": "escalated", "escalation_reason": "Which colour?"}' > "$MACP_RESULT_FILE"`;
    await repository.submit("t", asks, "--gate", "grep -q blue colour");
    assertEquals((await repository.macp(["drain"])).code, 3);

    const red = await repository.macp(["accept", "t"]);

    assertEquals(red.code, 3);
    assertStringIncludes(red.stdout, "t is escalated: grep -q blue colour failed (exit 1)");
    assertStringIncludes(red.stdout, "its question is still open: Which colour?");
    const { status, outcome, reason } = repository.task("t");
    assertEquals([status, outcome, reason], ["escalated", "worker_escalated", "Which colour?"]);
    const result = repository.result("t");
    assertEquals(result.metadata?.outcome, "gate_failed");
    assertStringIncludes(result.error ?? "", "grep -q blue colour failed");
    const shown = (await repository.macp(["show", "t"])).stdout;
    assertStringIncludes(shown, 'macp reply t "…"');
    assertStringIncludes(shown, "# answer it and queue it again");

    assertEquals((await repository.macp(["reply", "t", "Blue"])).code, 0);
    assertEquals(repository.task("t").replies?.[0]?.question, "Which colour?");
    assertStringIncludes((await repository.macp(["show", "t"])).stdout, "asked: Which colour?");
    await repository.macp(["drain"]);
    assertStringIncludes(textOf(repository.outside("brief")) ?? "", "> Which colour?");
  });
});

Deno.test("accept works beside a controller that polls, and its task is left alone meanwhile", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await escalate(repository);
    const gate = `touch ${repository.outside("gating")}; ` +
      `while ! test -e ${repository.outside("go")}; do sleep 0.05; done`;
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].quality_gates = [gate];
    repository.writeQueue(queue.tasks);
    const controller = repository.start(["run", "--poll-sec", "0.1"]);
    await until("the controller", () => state(repository).controller);
    const accept = repository.start(["accept", "t"]);
    await until("the gate", () => exists(repository.outside("gating")));
    const second = await repository.macp(["accept", "t"]);
    assertEquals(second.code, 2);
    assertStringIncludes(
      (await repository.macp(["status"])).stdout,
      `process ${accept.pid} accepts t`,
    );
    assertEquals((await repository.macp(["retry", "t"])).code, 2);
    // Another task runs meanwhile.
    await repository.submit("other", `touch ${repository.outside("other")}`);
    await until("the other", () => repository.task("other").status === "completed");
    assertEquals(repository.task("t").status, "gated");
    Deno.writeTextFileSync(repository.outside("go"), "");
    assertEquals((await accept.ended).code, 0);
    assertEquals(repository.task("t").status, "completed");
    controller.kill("SIGINT");
    assertEquals((await controller.ended).code, 130);
    assertEquals(repository.eventTypes("t").filter((type) => type === "task.completed").length, 1);
  });
});

Deno.test("A run that begins while accept works leaves it alone", async () => {
  await withRepository(async (repository) => {
    await escalate(repository);
    const gating = repository.outside("gating");
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].quality_gates = [
      `touch ${gating}; while ! test -e ${repository.outside("go")}; do sleep 0.05; done`,
    ];
    repository.writeQueue(queue.tasks);
    const accept = repository.start(["accept", "t"]);
    await until("the gate", () => exists(gating));
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.task("t").status, "gated");
    Deno.writeTextFileSync(repository.outside("go"), "");
    assertEquals((await accept.ended).code, 0);
    assertEquals(repository.task("t").status, "completed");
  });
});

/** A task whose gate says that it runs and then waits for ever, unless there is a file "mended". */
async function acceptHanging(repository: Repository) {
  await escalate(repository);
  const pid = repository.outside("pid");
  const queue = JSON.parse(repository.queueText());
  const mended = repository.outside("mended");
  queue.tasks[0].quality_gates = [`test -e ${mended} || { echo $$ > ${pid}; exec sleep 600; }`];
  repository.writeQueue(queue.tasks);
  const before = repository.task("t");
  const accept = repository.start(["accept", "t"]);
  const gate = Number(await repository.untilWritten(pid));
  return { before, accept, gate };
}

function standing(repository: Repository) {
  const { status, outcome, reason, attempts } = repository.task("t");
  return { status, outcome, reason, attempts };
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`accept that ${signal} ends leaves the task as it was, and nothing running`, async () => {
    await withRepository(async (repository) => {
      const { before, accept, gate } = await acceptHanging(repository);
      accept.kill(signal);
      assertEquals((await accept.ended).code, code);
      const { status, outcome, reason, attempts } = before;
      assertEquals(standing(repository), { status, outcome, reason, attempts });
      assertEquals(isAlive(gate), false);
      assertEquals(state(repository).running, {});
      assertEquals(repository.result("t").metadata?.outcome, "gate_failed");
      assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
      assert(exists(repository.worktree("t")));
    });
  });
}

for (const by of ["drain", "accept", "retry"] as const) {
  Deno.test(`accept that was killed is made good by ${by}: no attempt is spent or begun`, async () => {
    await withRepository(async (repository) => {
      const { before, accept, gate } = await acceptHanging(repository);
      accept.kill("SIGKILL");
      await accept.ended;
      assertEquals(repository.task("t").status, "gated");
      const inbox = await repository.macp(["inbox"]);
      assertStringIncludes(inbox.stdout, "macp accept t");
      assert(isAlive(gate));
      Deno.writeTextFileSync(repository.outside("mended"), "");
      if (by === "drain") {
        assertEquals((await repository.macp(["drain"])).code, 0);
        const { status, outcome, reason, attempts } = before;
        assertEquals(standing(repository), { status, outcome, reason, attempts });
      } else assertEquals((await repository.macp([by, "t"])).code, 0);
      assertEquals(isAlive(gate), false);
      if (by === "retry") assertEquals(repository.task("t").status, "pending");
      else {
        if (by === "drain") assertEquals((await repository.macp(["accept", "t"])).code, 0);
        assertEquals([repository.task("t").status, repository.task("t").attempts], [
          "completed",
          1,
        ]);
      }
      assertEquals(state(repository).running, {});
      const types = repository.eventTypes("t");
      assertEquals(types.filter((type) => type === "task.started").length, 1);
    });
  });
}

Deno.test("A controller that polls makes an acceptance good that was killed meanwhile", async () => {
  await withRepository(async (repository) => {
    const { before, accept, gate } = await acceptHanging(repository);
    const run = repository.start(["run", "--poll-sec", "1"]);
    await until("the controller", () => state(repository).controller !== null);
    accept.kill("SIGKILL");
    await accept.ended;
    await until("the task as it was", () => repository.task("t").status === before.status);
    await until("the ledger", () => Object.keys(state(repository).running).length === 0);
    assertEquals(isAlive(gate), false);
    const { status, outcome, reason, attempts } = before;
    assertEquals(standing(repository), { status, outcome, reason, attempts });
    run.kill("SIGTERM");
    assertEquals((await run.ended).code, 143);
  });
});

Deno.test("Killed at any moment, again and again, accept never does half of it", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: true } });
    await escalate(repository);
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].quality_gates = ["test -e answer", "sleep 0.05"];
    repository.writeQueue(queue.tasks);
    for (let round = 0; round < 16 && repository.task("t").status !== "completed"; round++) {
      const accept = repository.start(["accept", "t", "--quiet"]);
      const killed = new Promise((resolve) => setTimeout(resolve, 60 + (round * 37) % 500));
      await Promise.race([killed, accept.ended]);
      try {
        accept.kill("SIGKILL");
      } catch {
        // It had come to its end.
      }
      await accept.ended;
    }
    assertEquals((await repository.macp(["drain"])).code, 0);
    if (repository.task("t").status !== "completed") {
      assertEquals(repository.task("t").status, "escalated");
      assertEquals((await repository.macp(["accept", "t"])).code, 0);
    }
    const types = repository.eventTypes("t");
    assertEquals(types.filter((type) => type === "task.completed").length, 1);
    assertEquals([types.at(-1), repository.task("t").attempts], ["task.completed", 1]);
    assertEquals(repository.result("t").status, "completed");
    const { running, worktrees } = state(repository);
    assertEquals([running, worktrees], [{}, {}]);
    assertEquals((await repository.macp(["validate"])).code, 0);
  });
});

Deno.test("cancel ends an acceptance, and the task with it", async () => {
  await withRepository(async (repository) => {
    const { accept, gate } = await acceptHanging(repository);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals((await accept.ended).code, 1);
    assertEquals([repository.task("t").status, repository.task("t").outcome], [
      "failed",
      "cancelled",
    ]);
    assertEquals(isAlive(gate), false);
  });
});

Deno.test("accept refuses what left nothing or does not wait, and changes nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("pending", "true"),
      execTask("completed", "true", { status: "completed" }),
      execTask("never", "true", { status: "failed" }),
      { id: "legacy", title: "l", status: "failed", command: "true" },
      execTask("odd", "true", { status: "escalated", max_attempts: "many" }),
    ]);
    const before = fingerprint(repository.state());
    const calls = [
      ["pending", "macp drain"],
      ["completed", "macp land completed"],
      ["never", "neither a worktree nor the branch"],
      ["legacy", "legacy"],
      ["odd", "macp validate"],
      ["nobody", "no"],
    ];
    for (const [id = "", says = ""] of calls) {
      const { code, stderr } = await repository.macp(["accept", id]);
      assertEquals(code, 2, id);
      assertStringIncludes(stderr, says);
    }
    assertEquals(fingerprint(repository.state()), before);
  });
});

Deno.test("accept leaves a worktree alone in which somebody is in the middle of something", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await escalate(repository);
    const place = repository.worktree("t");
    const lock = `${repository.path}/.git/worktrees/t/index.lock`;
    Deno.writeTextFileSync(lock, "");
    const locked = await repository.macp(["accept", "t"]);
    assertEquals(locked.code, 2);
    assertStringIncludes(locked.stderr, "git works in its worktree right now");
    assert(exists(lock));
    Deno.removeSync(lock);
    await repository.git("-C", place, "switch", "--quiet", "--create", "elsewhere");
    const elsewhere = await repository.macp(["accept", "t"]);
    assertEquals(elsewhere.code, 2);
    assertStringIncludes(elsewhere.stderr, "elsewhere");
    assertEquals(await repository.git("-C", place, "branch", "--show-current"), "elsewhere");
    Deno.renameSync(place, repository.outside("moved"));
    Deno.mkdirSync(place);
    Deno.writeTextFileSync(`${place}/file`, "mine\n");
    const before = repository.queueText();
    assertEquals((await repository.macp(["accept", "t"])).code, 2);
    assertEquals([repository.queueText(), textOf(`${place}/file`)], [before, "mine\n"]);
  });
});

Deno.test("accept --dry-run changes no byte; --json gives a line for each event and a summary", async () => {
  await withRepository(async (repository) => {
    await escalate(repository);
    const before = fingerprint(repository.folder);
    const dry = await repository.macp(["accept", "t", "--dry-run"]);
    assertEquals(dry.code, 0);
    assertStringIncludes(dry.stdout, "grep -qx right answer");
    assertStringIncludes(dry.stdout, repository.worktree("t"));
    assertEquals(fingerprint(repository.folder), before);
    const { stdout, code } = await repository.macp(["accept", "t", "--json"]);
    assertEquals(code, 3);
    const lines = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(lines.at(-1).summary.exit_code, 3);
    assertEquals(lines.slice(0, -1).map(({ event_type }) => event_type), [
      "task.gated",
      "rail.check.started",
      "rail.check.failed",
      "task.escalated",
    ]);
  });
});

Deno.test("A worktree that is brought back is set up before its gates, one that stands is not again", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("setups");
    repository.write(".gitignore", "tools\n.env\n.mosaic\n");
    repository.write(".worktreeinclude", ".env\n");
    repository.write(".env", "A=1\n");
    await repository.git("add", ".gitignore", ".worktreeinclude");
    await repository.git("commit", "--quiet", "--message", "settings");
    repository.writeConfig({ macp: { setup: `echo x >> ${ran}; echo ok > tools` } });
    await escalate(repository, "--gate", "test -e tools && test -e .env");
    assertEquals((await repository.macp(["accept", "t"])).code, 3);
    assertEquals(textOf(ran), "x\nx\n");
    Deno.writeTextFileSync(`${repository.worktree("t")}/answer`, "right\n");
    const accepted = await repository.macp(["accept", "t"]);
    assertEquals(accepted.code, 0, accepted.stdout);
    assertEquals(textOf(ran), "x\nx\n");
    const gates = repository.result("t").metadata?.gates?.map(({ outcome }) => outcome);
    assertEquals(gates, ["passed", "passed"]);
  });
});

Deno.test("Gate files that blocked are vouched for by accept, and still reported", async () => {
  await withRepository(async (repository) => {
    repository.write("package.json", '{ "scripts": { "test": "exit 1" } }\n');
    await repository.git("add", "package.json");
    await repository.git("commit", "--quiet", "--message", "manifest");
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const weaken = `echo '{ "scripts": { "test": "true" } }' > package.json`;
    await repository.submit("t", weaken, "--gate", "true", "--type", "coding");
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.task("t").outcome, "gate_files_blocked");
    const inbox = await repository.macp(["inbox"]);
    assertStringIncludes(inbox.stdout, "when these edits are wanted");
    assertEquals((await repository.macp(["accept", "t"])).code, 0);
    assertEquals(repository.result("t").metadata?.gate_files_changed, ["package.json"]);
  });
});

Deno.test("What accept finds wrong in the worktree is not said of the worker", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.commit({ "a.txt": "one\n" });
    await repository.submit("t", "exit 1", "--type", "coding", "--max-attempts", "1");
    assertEquals((await repository.macp(["drain"])).code, 1);
    const errorOf = async () => {
      assertEquals((await repository.macp(["accept", "t"])).code, 3);
      return repository.result("t").error;
    };
    assertEquals(await errorOf(), "What is to be accepted has no commit over the base");
    const own = repository.worktree("t");
    const git = (...args: string[]) => repository.git("-C", own, ...args);
    Deno.writeTextFileSync(`${own}/a.txt`, "mine\n");
    await git("commit", "--quiet", "--all", "--message", "mine");
    await repository.commit({ "a.txt": "main\n" });
    await git("merge", "--quiet", "main").catch(() => {});
    assertEquals(await errorOf(), "The worktree has merge conflicts in a.txt");
  });
});

for (const by of ["accept", "drain"] as const) {
  Deno.test(`A worktree in which somebody's process works stays when ${by} completes its task`, async () => {
    await withRepository(async (repository) => {
      const go = repository.outside("go");
      const wait = `echo x > ${go}; while test -e ${go}; do sleep 0.05; done`;
      await repository.submit("t", by === "drain" ? wait : "echo hi > hi; exit 1");
      const drain = repository.start(["drain"]);
      if (by === "accept") {
        assertEquals((await drain.ended).code, 1);
        await repository.macp(["restore", "t"]);
      } else await until("the worker", () => exists(go));
      const cwd = repository.worktree("t");
      const shell = new Deno.Command("sleep", { args: ["60"], cwd }).spawn();
      if (by === "drain") Deno.removeSync(go);
      const ran = by === "drain" ? await drain.ended : await repository.macp(["accept", "t"]);
      assertEquals(ran.code, 0, ran.stdout + ran.stderr);
      assertStringIncludes(ran.stdout + ran.stderr, `stays: process ${shell.pid} works in it`);
      assert(exists(cwd));
      shell.kill();
      await shell.status;
      assertEquals((await repository.macp(["clean", "--all"])).code, 0);
      assert(!exists(cwd));
    });
  });
}

Deno.test("What is written into the worktree while accept runs the gates does not land, and is pinned", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ f: "hi\n" });
    const [began, go] = [repository.outside("began"), repository.outside("go")];
    const gate = `echo x > ${began}; until test -e ${go}; do sleep 0.05; done`;
    repository.writeQueue([
      execTask("t", "echo x > made; exit 1", { quality_gates: [gate], max_attempts: 1 }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    await repository.macp(["restore", "t"]);
    const cwd = repository.worktree("t");
    const accepting = repository.start(["accept", "t"]);
    await repository.untilWritten(began);
    Deno.writeTextFileSync(`${cwd}/f`, "meanwhile\n");
    Deno.writeTextFileSync(`${cwd}/late`, "x\n");
    Deno.writeTextFileSync(`${cwd}/f`, "hi\n");
    Deno.writeTextFileSync(go, "");
    assertEquals((await accepting.ended).code, 0);
    const { branch = "", last_attempt: serial } = repository.task("t");
    const tree = await repository.git("ls-tree", "--name-only", branch);
    assertEquals(tree.trim().split("\n").filter((name) => name !== ".mosaic"), ["f", "made"]);
    const pinned = `refs/macp/snapshots/t/${serial}`;
    assertStringIncludes(await repository.git("ls-tree", "-r", "--name-only", pinned), "late");
  });
});

Deno.test("accept of a task whose merge still conflicts needs a person: exit 3", async () => {
  await withRepository(async (repository) => {
    for (const id of ["a", "b"]) {
      await repository.submit(id, `echo ${id} > file`, "--type", "coding");
    }
    await repository.submit("t", "true", "--depends-on", "a,b");
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { code, stderr } = await repository.macp(["accept", "t"]);
    assertEquals(code, 3);
    assertStringIncludes(stderr, "conflicts in file");
    assertStringIncludes(stderr, "macp inbox");
    assertEquals(repository.task("t").outcome, "merge_conflict");
  });
});

Deno.test("accept tells gate files that changed, and gates that judged the task before and are gone", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "check.sh": "grep -q good h.txt\n" });
    repository.writeQueue([
      execTask("t", "echo bad > h.txt", { quality_gates: ["sh check.sh", "sh  check.sh"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals((await repository.macp(["restore", "t"])).code, 0);
    Deno.writeTextFileSync(`${repository.worktree("t")}/check.sh`, "true\n");
    repository.writeQueue(repository.queueText().replace('"sh  check.sh"', '"sh check.sh # two"'));
    const { code, stdout, stderr } = await repository.macp(["accept", "t"]);
    assertEquals(code, 0, stdout + stderr);
    const told = [
      "changed files that decide what gates check: check.sh",
      "gates that judged it before do not any more, as tasks.json or config.json changed: " +
      "sh  check.sh",
    ];
    const { warnings = [] } = repository.result("t").metadata ?? {};
    for (const text of told) {
      assertStringIncludes(stdout + stderr, text);
      assertStringIncludes(warnings.join("\n"), text);
    }
  });
});
