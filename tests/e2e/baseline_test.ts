import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { commitAll, execTask, exists, isAlive, type Repository, textOf } from "./harness.ts";
import { withRepository } from "./harness.ts";

/** Tasks whose red gate is tried on the base too. */
async function withBaseline(
  baseline: "warn" | "block",
  test: (repository: Repository) => Promise<void>,
): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_baseline: baseline } });
    await test(repository);
  });
}

/** Scratch worktrees: what the ledger says, what is there, and what git knows. */
async function scratch(repository: Repository): Promise<string[]> {
  const ledger = JSON.parse(textOf(repository.state("state.json")) ?? "{}");
  const base = repository.outside("worktrees");
  const there = exists(base) ? [...Deno.readDirSync(base)].map(({ name }) => name) : [];
  const listed = await repository.git("worktree", "list", "--porcelain");
  return [...Object.keys(ledger.scratch ?? {}), ...there, ...listed.split("\n")]
    .filter((text) => text.includes(".macp-"));
}

/** Gates of a task's result: what they said, and of the base. */
function gatesOf(repository: Repository, id: string) {
  return repository.result(id).metadata?.gates?.map(({ outcome, baseline }) => [
    outcome,
    baseline ?? null,
  ]);
}

/** Lines of a file that gates write to. */
const linesOf = (path: string) => (textOf(path) ?? "").split("\n").filter(Boolean);

Deno.test("show 6: a gate red on the base too is already_red, stays red and is said so", async () => {
  await withBaseline("warn", async (repository) => {
    await repository.commit({ "state.txt": "bad\n" });
    const gates = [
      "grep -q good state.txt || { echo still bad; exit 4; }",
      "test ! -e new",
      "true",
    ];
    repository.writeQueue([execTask("t", "touch new", { quality_gates: gates })]);

    assertEquals((await repository.macp(["drain"])).code, 3);

    assertEquals(gatesOf(repository, "t"), [["failed", "already_red"], ["failed", "green"], [
      "passed",
      null,
    ]]);
    const { status, error, metadata } = repository.result("t");
    assertEquals([status, metadata?.outcome], ["escalated", "gate_failed"]);
    assertStringIncludes(
      error ?? "",
      "(red on the base commit too); test ! -e new failed (exit 1)",
    );
    const told = repository.events("t").filter(({ event_type }) => event_type === "task.progress");
    assertEquals(told.map(({ message }) => message), [`Gate was red on the base too: ${gates[0]}`]);
    assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
    const commit = (await repository.git("rev-parse", "main")).slice(0, 12);
    assertStringIncludes(repository.log("t"), `== gate on the base commit ${commit}: grep`);
    assertEquals(repository.log("t").split("still bad\n").length, 3);
    assertEquals(await scratch(repository), []);
  });
});

Deno.test("A gate on the base sees the base: its files, a worktree of its own, no branch", async () => {
  await withBaseline("warn", async (repository) => {
    await repository.commit({ "file": "one\n" });
    const seen = repository.outside("seen");
    const gate = `echo "$(cat file) $MACP_WORKTREE $PWD [$MACP_BRANCH] $(git rev-parse HEAD)" ` +
      `>> ${seen}; touch left; false`;
    repository.writeQueue([execTask("t", `echo two > file; ${commitAll}`, {
      quality_gates: [gate],
    })]);
    await repository.macp(["drain"]);
    const [work = "", base = ""] = linesOf(seen);
    assertStringIncludes(work, `two ${repository.worktree("t")} `);
    const place = repository.outside("worktrees", ".macp-baseline-");
    assertMatch(base, new RegExp(`^one (${place}[0-9a-f]{8}) \\1 \\[\\] [0-9a-f]{40}$`));
    assert(base.endsWith(await repository.git("rev-parse", "main")));
    assertEquals(await scratch(repository), []);
  });
});

Deno.test("The same gate on the same commit is run once, another gate or commit again", async () => {
  await withBaseline("warn", async (repository) => {
    const runs = repository.outside("runs");
    const gate = { command: `echo "$MACP_WORKTREE" >> ${runs}; exit 3` };
    const task = (id: string, quality_gates: unknown[]) =>
      execTask(id, "touch $MACP_TASK_ID", { quality_gates, max_attempts: 2 });
    const onBase = () => linesOf(runs).filter((line) => line.includes(".macp-baseline-")).length;
    repository.writeQueue([task("a", [gate]), task("b", [gate])]);
    await repository.macp(["drain"]);
    assertEquals([onBase(), linesOf(runs).length], [1, 5]);
    assertEquals(gatesOf(repository, "b"), [["failed", "already_red"]]);
    assertMatch(repository.log("b"), /== gate on the base commit \w+ failed, as found at 20/);
    const cache = repository.state(
      "baselines",
      `${await repository.git("rev-parse", "main")}.json`,
    );
    assertEquals((Deno.statSync(cache).mode ?? 0) & 0o777, 0o600);

    for (const env of [{}, { X: "1" }, { X: "2" }]) {
      repository.writeQueue([task(`env${JSON.stringify(env).length}`, [{ ...gate, env }])]);
      await repository.macp(["drain"]);
    }
    assertEquals(onBase(), 3);
    await repository.commit({ "file": "new\n" });
    repository.writeQueue([task("later", [gate])]);
    await repository.macp(["drain"]);
    assertEquals(onBase(), 4);

    // What is no cache is looked through, and made anew.
    for (const name of Deno.readDirSync(repository.state("baselines"))) {
      Deno.writeTextFileSync(repository.state("baselines", name.name), "{ no json");
    }
    repository.writeQueue([task("damaged", [gate])]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals([onBase(), gatesOf(repository, "damaged")], [5, [["failed", "already_red"]]]);
  });
});

Deno.test("What is cut short or misses something on the base says nothing, and is not kept", async () => {
  await withBaseline("warn", async (repository) => {
    const runs = repository.outside("runs");
    const note = `echo x >> ${runs}`;
    const slow = { command: `${note}; test -e new && exit 1; sleep 60`, timeout_seconds: 0.4 };
    const killed = `${note}; test -e new && exit 1; kill -9 $$`;
    const missing = `${note}; test -e new && exit 1; no-such-program`;
    const task = (id: string, quality_gates: unknown[]) =>
      execTask(id, "touch new", { quality_gates });
    repository.writeQueue([task("a", [slow, killed]), task("b", [slow, killed])]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(gatesOf(repository, "b"), [["failed", null], ["failed", null]]);
    assertEquals(linesOf(runs).length, 8);

    repository.writeQueue([task("missing", [missing, "no-such-program", "exit 126"])]);
    await repository.macp(["drain"]);
    assertEquals(gatesOf(repository, "missing"), [["failed", null], ["broken", "already_red"], [
      "broken",
      "already_red",
    ]]);
  });
});

Deno.test("Only a mechanical gate that is red is tried on the base, and none when it is off", async () => {
  await withBaseline("warn", async (repository) => {
    const runs = repository.outside("runs");
    const gate = (type: string, code: number) => ({
      command: `echo ${type} >> ${runs}; exit ${code}`,
      type,
    });
    const gates = [gate("mechanical", 0), gate("ci-pipeline", 1), gate("ai-review", 1)];
    repository.writeQueue([execTask("t", "true", { quality_gates: gates })]);
    await repository.macp(["drain"]);
    assertEquals(linesOf(runs), ["mechanical", "ci-pipeline", "ai-review"]);
    repository.writeConfig({ macp: { gate_baseline: "off" } });
    repository.writeQueue([
      execTask("off", "true", { quality_gates: [gate("mechanical", 1)] }),
      { id: "legacy", title: "L", status: "pending", command: "true", quality_gates: ["exit 1"] },
    ]);
    await repository.macp(["drain"]);
    assertEquals(linesOf(runs).length, 4);
    assertEquals(gatesOf(repository, "off"), [["failed", null]]);
    assertEquals(gatesOf(repository, "legacy"), [["failed", null]]);
  });
});

Deno.test("With block a red base escalates before the worker begins", async () => {
  await withBaseline("block", async (repository) => {
    await repository.commit({ "state.txt": "bad\n" });
    const began = repository.outside("began");
    const gates = ["true", "grep -q good state.txt || { echo still bad; exit 4; }"];
    const task = execTask("t", `touch ${began}`, { quality_gates: gates, max_attempts: 3 });
    repository.writeQueue([task]);

    assertEquals((await repository.macp(["drain"])).code, 3);

    const { status, escalation_reason, metadata, attempt, gate_results } = repository.result("t");
    assertEquals([status, metadata?.outcome, attempt], ["escalated", "baseline_red", 1]);
    assertStringIncludes(
      escalation_reason ?? "",
      `no worker began: ${gates[1]} failed (exit 4): still bad`,
    );
    assertEquals(gate_results?.map(({ exit_code }) => exit_code), [0, 4]);
    assertEquals(gatesOf(repository, "t"), [["passed", "green"], ["failed", "already_red"]]);
    assertStringIncludes(metadata?.gates?.[1]?.output_tail ?? "", "still bad");
    assertEquals(exists(began), false);
    assertEquals(repository.eventTypes("t"), ["task.assigned", "task.escalated"]);
    assertEquals(await scratch(repository), []);
    assertEquals(exists(repository.worktree("t")), false);

    // A person mends the base: the task begins from there.
    await repository.commit({ "state.txt": "good\n" });
    const brief = repository.outside("brief");
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    const queue = repository.readQueue();
    repository.writeQueue([{ ...queue[0], command: `cp "$MACP_BRIEF_FILE" ${brief}` }]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(brief)?.includes("still bad"), false);
  });
});

Deno.test("With block a green base is asked once for all attempts, and the gates judge as ever", async () => {
  await withBaseline("block", async (repository) => {
    const runs = repository.outside("runs");
    const gate = `echo "$MACP_WORKTREE" >> ${runs}; test ! -e new`;
    repository.writeQueue([
      execTask("t", `touch new; echo $MACP_ATTEMPT > keep`, {
        quality_gates: [gate],
        max_attempts: 2,
      }),
      execTask("main", "true", { worktree: ".", quality_gates: [gate] }),
      execTask("slow", "true", {
        quality_gates: [{ command: "sleep 60", timeout_seconds: 0.3 }],
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(linesOf(runs).filter((line) => line.includes(".macp-baseline-")).length, 1);
    assertEquals(gatesOf(repository, "t"), [["failed", "green"]]);
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "gate_failed");
    assertEquals(repository.result("main").status, "completed");
    assertEquals(repository.result("slow").metadata?.outcome, "baseline_red");
    assertEquals(gatesOf(repository, "slow"), [["broken", null]]);
  });
});

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  Deno.test(`After ${signal} in the middle of a run on the base nothing is left of it`, async () => {
    await withBaseline("warn", async (repository) => {
      const pids = repository.outside("pids");
      // Red at once on the work; on the base it hangs, with a process in a session of its own.
      const gate = `test -e new && exit 1; test -e ${pids} && exit 0; ` +
        `setsid sleep 600 & echo "$$ $!" > ${pids}; sleep 600`;
      repository.writeQueue([
        execTask("t", "touch new", { quality_gates: [gate], max_attempts: 2 }),
      ]);
      const run = repository.start(["drain"]);
      const processes = (await repository.untilWritten(pids)).split(" ").map(Number);
      const before = await scratch(repository);
      assert(before.length >= 3, "in the ledger, there, and known to git");
      run.kill(signal);
      await run.ended;
      if (signal === "SIGKILL") assertEquals(processes.map(isAlive), [true, true]);
      else assertEquals([await scratch(repository), processes.map(isAlive)], [[], [false, false]]);

      assertEquals((await repository.macp(["drain"])).code, 3);

      assertEquals(processes.map(isAlive), [false, false]);
      assertEquals(await scratch(repository), []);
      assertEquals(gatesOf(repository, "t"), [["failed", "green"]]);
    });
  });
}

Deno.test("A cancel ends a run on the base within seconds, before the worker began", async () => {
  await withBaseline("block", async (repository) => {
    const pid = repository.outside("pid");
    const began = repository.outside("began");
    repository.writeQueue([
      execTask("t", `touch ${began}`, { quality_gates: [`echo $$ > ${pid}; exec sleep 600`] }),
    ]);
    const run = repository.start(["drain"]);
    const process = Number(await repository.untilWritten(pid));
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    assertEquals((await run.ended).code, 1);
    assertEquals(repository.task("t").outcome, "cancelled");
    assertEquals([isAlive(process), exists(began)], [false, false]);
    assertEquals(await scratch(repository), []);
  });
});

Deno.test("Secrets that a gate prints on the base reach neither log, cache nor result", async () => {
  await withBaseline("warn", async (repository) => {
    const secret = "marker-0123456789-secret";
    await repository.commit({ "printed": `${secret}\n` });
    repository.env.API_TOKEN = secret;
    repository.writeQueue([execTask("t", "true", { quality_gates: ["cat printed; exit 5"] })]);
    await repository.macp(["drain"]);
    assertEquals(gatesOf(repository, "t"), [["failed", "already_red"]]);
    const [name = ""] = [...Deno.readDirSync(repository.state("baselines"))].map((f) => f.name);
    const written = [repository.log("t"), textOf(repository.state("baselines", name)) ?? ""]
      .concat(JSON.stringify(repository.result("t")), JSON.stringify(repository.events("t")));
    for (const text of written) assertEquals(text.includes(secret), false);
    assertStringIncludes(written[1] ?? "", "[redacted:API_TOKEN]");
  });
});

Deno.test("On the base the setup runs first, with the files of .worktreeinclude", async () => {
  await withBaseline("warn", async (repository) => {
    await repository.commit({ ".gitignore": "deps\n.env\n", ".worktreeinclude": ".env\n" });
    repository.write(".env", "x=1\n");
    const setups = repository.outside("setups");
    const setup = `cp .env deps; echo "$PWD" >> ${setups}`;
    repository.writeConfig({ macp: { gate_baseline: "warn", setup } });
    const gate = "cat deps || exit 9; test ! -e new";
    const task = (id: string) => execTask(id, "touch new", { quality_gates: [gate] });
    repository.writeQueue([task("a"), task("b")]);
    await repository.macp(["drain"]);
    assertEquals(gatesOf(repository, "a"), [["failed", "green"]]);
    assertEquals(gatesOf(repository, "b"), [["failed", "green"]]);
    assertMatch(repository.log("a"), /== setup on the base commit: cp/);
    // Once for each task, and once for the base.
    assertEquals(linesOf(setups).length, 3);
  });
});

Deno.test("A setup that fails on the base says nothing of a gate, and with block ends the attempt", async () => {
  await withBaseline("warn", async (repository) => {
    const setup = 'case "$PWD" in *.macp-baseline-*) echo no network; exit 6;; esac';
    repository.writeConfig({ macp: { gate_baseline: "warn", setup } });
    repository.writeQueue([execTask("t", "true", { quality_gates: ["false"] })]);
    await repository.macp(["drain"]);
    const { metadata } = repository.result("t");
    assertEquals(gatesOf(repository, "t"), [["failed", null]]);
    const why = "Setup on the base commit ended with exit code 6: no network";
    assertStringIncludes(metadata?.warnings?.join("\n") ?? "", why);

    repository.writeConfig({ macp: { gate_baseline: "block", setup } });
    repository.writeQueue([execTask("blocked", "true", { quality_gates: ["true"] })]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    const { error, metadata: about } = repository.result("blocked");
    assertEquals([error, about?.outcome], [why, "setup_failed"]);
    assertEquals(await scratch(repository), []);
  });
});

Deno.test("With block, work of an attempt before is kept when the base is red later", async () => {
  await withBaseline("block", async (repository) => {
    const broken = repository.outside("broken");
    const gate = `test ! -e ${broken}`;
    const cache = repository.state("baselines");
    // The second attempt finds no cache, and a base that is red by now.
    const worker = `echo precious > work; touch ${broken}; rm -r ${cache}; exit 9`;
    repository.writeQueue([execTask("t", worker, { max_attempts: 2, quality_gates: [gate] })]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { metadata } = repository.result("t");
    assertEquals(metadata?.outcome, "baseline_red");
    assertEquals(await repository.git("show", `${metadata?.snapshot_ref}:work`), "precious");
  });
});

Deno.test("A task that was stopped for its gate files is accepted by a person", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block", cleanup_worktrees: false } });
    repository.writeQueue([execTask("t", "touch Makefile", { quality_gates: ["true"] })]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const ran = await repository.macp(["accept", "t"]);
    assertEquals(ran.code, 0, ran.stderr + ran.stdout);
    assertEquals(repository.result("t").status, "completed");
    assertEquals(repository.result("t").metadata?.gate_files_changed, ["Makefile"]);
  });
});

const addedGates: Record<string, string> = {
  "a script": "sh ./t2.sh",
  "a folder": "test -e new/ok && grep -q fixed new/t",
  "a script behind another name": 'f=t2; sh "$f.sh"',
};

for (const [name, gate] of Object.entries(addedGates)) {
  Deno.test(`A gate that needs ${name} which the worker added was not red before`, async () => {
    await withBaseline("warn", async (repository) => {
      const added = "echo 'exit 3' > t2.sh; mkdir new; echo x > new/t; echo x > new/ok";
      repository.writeQueue([execTask("t", added, { quality_gates: [gate] })]);
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals(gatesOf(repository, "t"), [["failed", null]]);
    });
  });
}

Deno.test("A retry after a red base asks the base again", async () => {
  await withBaseline("block", async (repository) => {
    const go = repository.outside("go");
    repository.writeQueue([execTask("t", "echo x > x", { quality_gates: [`test -e ${go}`] })]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.result("t").metadata?.outcome, "baseline_red");
    Deno.writeTextFileSync(go, "");
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
  });
});
