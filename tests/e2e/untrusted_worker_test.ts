import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commitAll, execTask, exists, textOf, withRepository } from "./harness.ts";

/** Shell words that replace a text in a file of the main checkout's state. */
const editState = (file: string, from: string, to: string) => `sed -i 's/${from}/${to}/' ${file}`;

Deno.test("A worker that reports itself completed does not turn a red gate green", async () => {
  await withRepository(async (repository) => {
    const report = JSON.stringify({
      status: "completed",
      summary: "all done",
      gate_results: [{ command: "false", exit_code: 0, type: "mechanical" }],
      metadata: { outcome: "completed", gates: [] },
      exit_code: 0,
    });
    await repository.submit(
      "t",
      `printf '%s' '${report}' > "$MACP_RESULT_FILE"`,
      "--gate",
      "false",
    );
    assertEquals((await repository.macp(["drain"])).code, 3);
    const result = repository.result("t");
    assertEquals([result.status, result.metadata?.outcome], ["escalated", "gate_failed"]);
    assertEquals(result.summary, "all done");
    assertEquals(result.gate_results?.[0]?.exit_code, 1);
    assertEquals(result.metadata?.worker?.outcome, "completed");
  });
});

Deno.test("A worker that reports itself completed and exits 1 has failed", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", `echo '{"status":"completed"}' > "$MACP_RESULT_FILE"; exit 1`);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.result("t").metadata?.outcome, "worker_failed");
    assertEquals(repository.result("t").exit_code, 1);
  });
});

Deno.test("The worker's report fills summary, pr and metadata, or asks for a person", async () => {
  await withRepository(async (repository) => {
    const report = (text: string) => `echo '${text}' > "$MACP_RESULT_FILE"`;
    repository.writeQueue([
      execTask("told", report('{"summary":"did it","pr":"https://x/1","metadata":{"n":1}}')),
      execTask("asks", report('{"status":"escalated","escalation_reason":"which port?"}'), {
        max_attempts: 3,
        quality_gates: [`touch ${repository.outside("gated")}`],
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const told = repository.result("told");
    assertEquals([told.status, told.summary, told.pr], ["completed", "did it", "https://x/1"]);
    assertEquals(told.metadata?.worker, { n: 1 });
    assertEquals(repository.task("told").pr, "https://x/1");
    const asks = repository.result("asks");
    assertEquals([asks.status, asks.metadata?.outcome], ["escalated", "worker_escalated"]);
    assertEquals(asks.escalation_reason, "which port?");
    assertEquals(repository.task("asks").attempts, 1);
    assert(!exists(repository.outside("gated")), "gates ran on what waits for a person");
  });
});

Deno.test("A report that is no JSON, a link, a folder or too large is passed over with a warning", async () => {
  await withRepository(async (repository) => {
    const target = repository.outside("target");
    Deno.writeTextFileSync(target, '{"summary":"from outside"}');
    const commands = [
      'echo "{" > "$MACP_RESULT_FILE"',
      `ln -s ${target} "$MACP_RESULT_FILE"`,
      'mkdir "$MACP_RESULT_FILE"',
      'echo "[1]" > "$MACP_RESULT_FILE"',
      'head -c 3000000 /dev/zero | tr "\\0" " " > "$MACP_RESULT_FILE"',
      'mkfifo "$MACP_RESULT_FILE"',
    ];
    repository.writeQueue(commands.map((command, i) => execTask(`t${i}`, command)));
    assertEquals((await repository.macp(["drain"])).code, 0);
    for (const i of commands.keys()) {
      const { summary, metadata } = repository.result(`t${i}`);
      assertEquals(summary, "", `t${i}`);
      assertStringIncludes((metadata?.warnings ?? []).join(), "result file was ignored", `t${i}`);
    }
  });
});

Deno.test("A worker that writes itself completed into tasks.json is judged all the same", async () => {
  await withRepository(async (repository) => {
    const tasks = repository.state("tasks.json");
    repository.writeQueue([
      execTask("t", editState(tasks, '"status": "running"', '"status": "completed"'), {
        quality_gates: ["false"],
      }),
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(repository.result("t").status, "escalated");
    assertEquals(repository.task("t").status, "escalated");
    assertEquals(ran.code, 3);
  });
});

Deno.test("A worker that empties its gates in tasks.json and config.json meets those of the claim", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ quality_gates: ["exit 9"] });
    const [tasks, config] = [repository.state("tasks.json"), repository.state("config.json")];
    repository.writeQueue([
      execTask("own", editState(tasks, '"exit 8"', '"true"'), { quality_gates: ["exit 8"] }),
      execTask("shared", editState(config, '"exit 9"', '"true"')),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.result("own").gate_results?.[0]?.exit_code, 8);
    assertEquals(repository.result("shared").gate_results?.[0]?.exit_code, 9);
  });
});

Deno.test("Gates and settings in the worktree count for nothing", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ x: "x\n" }); // The state is tracked too.
    repository.writeConfig({ quality_gates: ["exit 9"] });
    const command =
      `echo '{"enabled":true,"quality_gates":[]}' > .mosaic/orchestrator/config.json; ` +
      `echo '{"tasks":[]}' > .mosaic/orchestrator/tasks.json; ${commitAll}`;
    repository.writeQueue([execTask("t", command)]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.result("t").gate_results?.[0]?.exit_code, 9);
  });
});

Deno.test("A worker that raises its max_attempts in tasks.json gains no attempt by it", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    repository.writeQueue([
      execTask(
        "t",
        `echo x >> ${ran}; ${
          editState(repository.state("tasks.json"), '"attempts": 1', '"attempts": 0')
        }`,
        {
          quality_gates: ["false"],
          attempts: 0,
          max_attempts: 1,
        },
      ),
    ]);
    await repository.macp(["drain"]);
    assertEquals(textOf(ran), "x\n");
    assertEquals(repository.task("t").status, "escalated");
  });
});

Deno.test("A worker that calls macp inside its worktree reaches the main checkout's queue", async () => {
  await withRepository(async (repository) => {
    const macp = Deno.env.get("MACP_BIN") ?? `${Deno.cwd()}/dist/macp`;
    const command = `"${macp}" submit --task-id child --title child --command true; ` +
      `"${macp}" drain > ${repository.outside("inner")} 2>&1; echo $? >> ${
        repository.outside("inner")
      }; ` +
      "test ! -e .mosaic";
    await repository.submit("parent", command);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertEquals(repository.readQueue().map(({ id, status }) => [id, status]), [
      ["parent", "completed"],
      ["child", "completed"],
    ]);
    assert(textOf(repository.outside("inner"))?.endsWith("\n4\n"), "a second controller ran");
  });
});

Deno.test("A worker that leaves its branch or a merge half-way has failed", async () => {
  await withRepository(async (repository) => {
    const conflict = "git checkout -q -b other && echo a > f && " + commitAll +
      ' && git checkout -q "$MACP_BRANCH" && echo b > f && ' + commitAll +
      " && ! git -c user.name=w -c user.email=w@localhost merge -q other";
    repository.writeQueue([
      execTask("strays", "git checkout -q -b elsewhere && echo x > x"),
      execTask("detaches", "git checkout -q --detach"),
      execTask("merging", conflict),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    for (const id of ["strays", "detaches", "merging"]) {
      assertEquals(repository.result(id).metadata?.outcome, "worker_failed", id);
    }
    assertStringIncludes(repository.result("strays").error ?? "", "elsewhere");
    assertStringIncludes(repository.result("merging").error ?? "", "f");
  });
});

Deno.test("A worker that removes its worktree or its .git ends failed, and the run goes on", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("gone", 'cd / && rm -rf "$MACP_WORKTREE"'),
      execTask("unlinked", "rm .git"),
      execTask("fine", "true"),
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 1, ran.stderr);
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "failed",
      "failed",
      "completed",
    ]);
  });
});

Deno.test("Hooks, editors, signing and aliases of the user's git neither hang nor change the run", async () => {
  await withRepository(async (repository) => {
    const hook = repository.outside("hook-ran");
    Deno.mkdirSync(repository.outside("hooks"));
    for (
      const name of [
        "pre-commit",
        "post-checkout",
        "commit-msg",
        "prepare-commit-msg",
        "reference-transaction",
      ]
    ) {
      const path = repository.outside("hooks", name);
      Deno.writeTextFileSync(path, `#!/bin/sh\necho ${name} >> ${hook}\nexit 1\n`, { mode: 0o755 });
    }
    await Deno.writeTextFile(
      repository.outside("gitconfig"),
      `[core]\n\thooksPath = ${
        repository.outside("hooks")
      }\n\teditor = sleep 600\n\tpager = sleep 600\n\tquotePath = true\n` +
        "[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = /bin/false\n[status]\n\tshowUntrackedFiles = no\n" +
        "[diff]\n\texternal = /bin/false\n\tnoprefix = true\n[worktree]\n\tguessRemote = true\n[user]\n\tuseConfigOnly = true\n",
    );
    await repository.submit("t", "echo hi > 'naïve name.txt'", "--type", "coding");
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertEquals(repository.result("t").files_changed, ["naïve name.txt"]);
    assertEquals(textOf(hook), null);
  });
});

Deno.test("A result file that is nested too deep is ignored with a warning, and stops nothing", async () => {
  await withRepository(async (repository) => {
    const print = (what: string) => `printf '${what}%.0s' $(seq 20000)`;
    const command = `{ printf '{"metadata":'; ${print('{"a":')}; printf 1; ${
      print("}")
    }; echo '}'; }`;
    repository.writeQueue([
      execTask("deep", `${command} > "$MACP_RESULT_FILE"`),
      execTask("next", "true"),
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stderr);
    assertEquals(repository.result("deep").metadata?.warnings, [
      "the worker's result file was ignored: it is nested deeper than 500 levels",
    ]);
    assertEquals(repository.result("next").status, "completed");
    const line = `{"event_type":"x","metadata":${"[".repeat(20_000)}${"]".repeat(20_000)}}\n`;
    Deno.writeTextFileSync(repository.state("events.ndjson"), line, { append: true });
    for (const args of [["history", "--json"], ["digest"], ["watch", "--once"]]) {
      const { code, stderr } = await repository.macp(args);
      assertEquals([args[0], code], [args[0], 0], stderr);
    }
  });
});
