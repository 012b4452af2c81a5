import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { execTask, fingerprint, type Repository, until, withRepository } from "./harness.ts";

interface Shown {
  task: { id: string };
  result: { status: string } | null;
  attempts: unknown[];
  logs: { serial: number; path: string }[];
}

/** A drained queue: a retry that helped, and a failure. */
async function withDrained(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    await repository.commit({ file: "one\n" });
    repository.writeQueue([
      execTask("t", 'echo out of $MACP_ATTEMPT; echo two > file; test "$MACP_ATTEMPT" = 2', {
        max_attempts: 2,
      }),
      execTask("bad", "echo it broke >&2; exit 4"),
    ]);
    await repository.macp(["drain"]);
    await test(repository);
  });
}

Deno.test("show tells what became of a task, of each attempt, and what to type next", async () => {
  await withDrained(async (repository) => {
    const { stdout } = await repository.macp(["show", "bad"]);
    for (
      const text of ["failed", "worker_failed", "exit code 4", "macp logs bad", "macp retry bad"]
    ) {
      assertStringIncludes(stdout, text);
    }
    const { task, result, attempts, logs } = await repository.json<Shown & Record<string, unknown>>(
      ["show", "t"],
    );
    assertEquals([task.id, result?.status, attempts.length], ["t", "completed", 1]);
    assertEquals(logs.map(({ serial }) => serial), [1, 2]);
  });
});

Deno.test("show says why the file of a result cannot be read", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "echo x > x")]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals((await repository.json<{ warnings: string[] }>(["show", "t"])).warnings, []);
    const path = repository.state("results", "t.json");
    for (const [text, why] of [["{", "it is not JSON"], ['{"task_id": 5}', "/"]] as const) {
      Deno.writeTextFileSync(path, text);
      const { code, stdout } = await repository.macp(["show", "t"]);
      assertEquals(code, 0);
      assertMatch(stdout, new RegExp(`^result: Cannot read ${path}.*${why}`, "m"));
      assertStringIncludes(stdout, "macp validate");
      const { warnings } = await repository.json<{ warnings: string[] }>(["show", "t"]);
      assertStringIncludes(warnings.join(), `Cannot read ${path}`);
    }
  });
});

Deno.test("logs prints the newest attempt's log, or that of --attempt", async () => {
  await withDrained(async (repository) => {
    const newest = (await repository.macp(["logs", "t"])).stdout;
    assertEquals(newest, repository.log("t", 2));
    assertStringIncludes(newest, "out of 2");
    assertStringIncludes(
      (await repository.macp(["logs", "t", "--attempt", "1"])).stdout,
      "out of 1",
    );
    assertStringIncludes((await repository.macp(["logs", "bad"])).stdout, "it broke");
  });
});

Deno.test("logs -f prints what comes and ends with the attempt", async () => {
  await withRepository(async (repository) => {
    const go = repository.outside("go");
    await repository.submit(
      "t",
      `printf "ear%s\\n" ly; while [ ! -e ${go} ]; do sleep 0.02; done; printf "la%s\\n" te`,
      "--gate",
      "printf 'ga%s\\n' ted",
    );
    const drain = repository.start(["drain"]);
    await until(
      "the log",
      async () => (await repository.macp(["logs", "t"])).stdout.includes("early"),
    );
    const plain = repository.start(["logs", "t", "-f"]);
    const json = repository.start(["logs", "t", "--follow", "--json"]);
    await until(
      "the first lines",
      () => plain.printed.stdout.includes("early") && json.printed.stdout.includes("early"),
    );
    assert(!plain.printed.stdout.includes("late"));
    Deno.writeTextFileSync(go, "");
    assertEquals((await drain.ended).code, 0);
    const followed = await plain.ended;
    assertEquals(followed.code, 0);
    assertEquals(followed.stdout, repository.log("t"));
    for (const text of ["late", "gated"]) assertStringIncludes(followed.stdout, text);
    const lines = (await json.ended).stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assertEquals(new Set(lines.map(({ schema_version }) => schema_version)), new Set([1]));
    assertEquals(lines.map(({ text }) => text).join(""), repository.log("t"));
    // Of an attempt that ended it prints all and ends.
    assertEquals((await repository.macp(["logs", "t", "-f"])).stdout, repository.log("t"));
  });
});

Deno.test("history filters by task, type and time", async () => {
  await withDrained(async (repository) => {
    const ask = async (...args: string[]) =>
      (await repository.json<{ events: { task_id: string; event_type: string }[] }>([
        "history",
        ...args,
      ])).events;
    const all = await ask();
    assertEquals(all.length, repository.events().length);
    assertEquals(
      new Set((await ask("--task-id", "bad")).map(({ task_id }) => task_id)),
      new Set(["bad"]),
    );
    assertEquals((await ask("--type", "task.failed")).map(({ task_id }) => task_id), ["bad"]);
    assertEquals((await ask("--type", "task.failed", "--type", "task.completed")).length, 2);
    assertEquals((await ask("--since", "1h")).length, all.length);
    assertEquals((await ask("--since", "2100-01-01T00:00:00Z")).length, 0);
    const plain = (await repository.macp(["history", "--type", "task.failed"])).stdout;
    assertMatch(plain, /^\d{4}-\d\d-\d\dT\S+Z +bad +task\.failed +\[controller\] .*\n$/);
  });
});

Deno.test("history passes over lines that are no events, counts them, and keeps unknown types", async () => {
  await withDrained(async (repository) => {
    const path = repository.state("events.ndjson");
    const known = repository.events().length;
    const odd = '{"event_type":"task.invented","task_id":"bad","extra":1}';
    Deno.writeTextFileSync(path, `not json\n${odd}\n[1]\n{"event_type":"task.fai`, {
      append: true,
    });
    const ran = await repository.macp(["history", "--json"]);
    assertEquals(ran.code, 0);
    assertStringIncludes(ran.stderr, path);
    const { events, unreadable_lines } = JSON.parse(ran.stdout);
    assertEquals([events.length, unreadable_lines], [known + 1, 3]);
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});

Deno.test("diff shows what a task changed, also while it runs, as a patch that applies", async () => {
  await withDrained(async (repository) => {
    const { stdout } = await repository.macp(["diff", "t"]);
    assertStringIncludes(stdout, "-one\n+two\n");
    Deno.writeTextFileSync(repository.outside("patch"), stdout);
    await repository.git("apply", "--check", repository.outside("patch"));
    assertStringIncludes((await repository.macp(["diff", "t", "--stat"])).stdout, "1 file changed");
    const { base_commit, diff } = await repository.json(["diff", "t"]);
    assertEquals([base_commit, diff], [await repository.git("rev-parse", "main"), stdout]);
    const pid = repository.outside("pid");
    await repository.submit("live", `echo live > file; echo $$ > ${pid}; exec sleep 600`);
    const drain = repository.start(["drain"]);
    await repository.untilWritten(pid);
    assertStringIncludes((await repository.macp(["diff", "live"])).stdout, "+live");
    drain.kill("SIGTERM");
    await drain.ended;
  });
});

Deno.test("show names diff only for a completed task that has a branch", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("t", "echo x > x"),
      { id: "hand", title: "By hand", status: "completed" },
    ]);
    await repository.macp(["drain"]);
    assertStringIncludes((await repository.macp(["show", "t"])).stdout, "macp diff t");
    assertEquals((await repository.macp(["show", "hand"])).stdout.includes("macp diff"), false);
    assertEquals((await repository.macp(["diff", "hand"])).code, 2);
  });
});

Deno.test("diff shows what stands on a task's branch where its result is damaged or gone", async () => {
  await withDrained(async (repository) => {
    const { diff: before } = await repository.json<{ diff: string }>(["diff", "t"]);
    assertStringIncludes(before, "-one\n+two\n");
    const result = repository.state("results", "t.json");
    Deno.writeTextFileSync(result, "{");
    const damaged = await repository.macp(["diff", "t"]);
    assertEquals([damaged.code, damaged.stdout], [0, before]);
    assertStringIncludes(damaged.stderr, `Cannot read ${result}`);
    Deno.removeSync(result);
    assertEquals((await repository.json(["diff", "t"])).diff, before);
  });
});

Deno.test("status shows counts, tasks, why one failed, and one task alone", async () => {
  await withDrained(async (repository) => {
    const { stdout } = await repository.macp(["status"]);
    for (const text of ["1 completed", "1 failed", "worker_failed", "2/2"]) {
      assertStringIncludes(stdout, text);
    }
    const one = (await repository.macp(["status", "--task-id", "bad"])).stdout;
    assertStringIncludes(one, "bad");
    const { counts, tasks } = await repository.json<
      { counts: Record<string, number>; tasks: { id: string }[] }
    >(["status"]);
    assertEquals([counts.completed, counts.failed, counts.pending], [1, 1, 0]);
    assertEquals(tasks.map(({ id }) => id), ["t", "bad"]);
  });
});

Deno.test("validate lists all faults at once and exits 1; one file by name; --as for others", async () => {
  await withDrained(async (repository) => {
    assertEquals((await repository.macp(["validate"])).code, 0);
    repository.writeQueue([
      execTask("a", "true", { title: 1, max_attempts: 0 }),
      execTask("b", "true", { status: "odd" }),
      execTask("c", "true", { depends_on: ["nowhere"] }),
    ]);
    Deno.writeTextFileSync(repository.state("results", "bad.json"), '{"task_id": 1}');
    Deno.writeTextFileSync(repository.state("events.ndjson"), '{"event_type": 5}\n');
    const { code, stdout } = await repository.macp(["validate"]);
    assertEquals(code, 1);
    for (
      const text of [
        ...["/tasks/0/title", "/tasks/0/max_attempts", "/tasks/1/status", "nowhere"],
        ...[
          "/task_id",
          "/completed_at",
          "/event_type",
          "events.ndjson:1",
          repository.state("results", "bad.json"),
        ],
      ]
    ) assertStringIncludes(stdout, text);
    assertEquals((await repository.macp(["validate", repository.state("config.json")])).code, 0);
    const document = await repository.json<{ faults: number; files: unknown[] }>(["validate"]);
    assert(document.faults >= 7);
    Deno.copyFileSync(repository.state("results", "t.json"), repository.outside("odd-name"));
    assertEquals(
      (await repository.macp(["validate", "--as", "result", repository.outside("odd-name")])).code,
      0,
    );
    assertEquals(
      (await repository.macp(["validate", "--as", "task", repository.outside("odd-name")])).code,
      1,
    );
  });
});

Deno.test("validate names an unknown dependency also of a task that has other faults", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("a", "true", { depends_on: ["nowhere"], title: 1 })]);
    const { stdout } = await repository.macp(["validate"]);
    for (const text of ["/tasks/0/title", "nowhere"]) assertStringIncludes(stdout, text);
  });
});

Deno.test("Looking changes no byte", async () => {
  await withDrained(async (repository) => {
    const before = fingerprint(repository.folder);
    const looks = [
      ["status"],
      ["show", "t"],
      ["diff", "t"],
      ["logs", "t"],
      ["history"],
      ["validate"],
      ["config"],
      ["help"],
    ];
    for (const args of looks) assertEquals((await repository.macp(args)).code, 0, args.join(" "));
    assertEquals(fingerprint(repository.folder), before);
  });
});

Deno.test("logs and show name what each serial was: attempt of a worker, acceptance, landing", async () => {
  await withRepository(async (repository) => {
    const asks = `echo x > x; test "$MACP_ATTEMPT" != 1 || ` +
      `echo '{"status": "escalated", "escalation_reason": "Which?"}' > "$MACP_RESULT_FILE"`;
    await repository.submit("t", asks, "--gate", 'test "$MACP_ATTEMPT" != 2');
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals((await repository.macp(["accept", "t"])).code, 3);
    assertStringIncludes(
      (await repository.macp(["show", "t"])).stdout,
      "attempt   1/1; acceptance (serial 2)",
    );
    assertEquals((await repository.macp(["reply", "t", "This"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals((await repository.macp(["land", "t"])).code, 0);

    const branch = repository.task("t").branch;
    const headings = [1, 2, 3, 4].map((serial) => repository.log("t", serial).split("\n")[0]);
    assertEquals(headings, [
      "== t: worker attempt 1 of 1 (serial 1)",
      "== t: acceptance of what was left (serial 2)",
      "== t: worker attempt 1 of 1 (serial 3)",
      `== t: landing, ${branch} merged into main (serial 4)`,
    ]);
    const shown = (await repository.macp(["show", "t"])).stdout;
    for (
      const text of [
        "attempt   1/1 (serial 3)",
        "worker attempt 1 of 1 (serial 1): worker_escalated: Which?",
        `acceptance (serial 2): gate_failed: test "$MACP_ATTEMPT" != 2 failed (exit 1)`,
        "log 2 (acceptance): ",
        "log 3 (worker attempt 1 of 1): ",
        "log 4 (landing): ",
      ]
    ) assertStringIncludes(shown, text);
    const none = await repository.macp(["logs", "t", "--attempt", "9"]);
    assertStringIncludes(
      none.stderr,
      "Serials with a log: 1 (worker attempt 1 of 1), 2 (acceptance), " +
        "3 (worker attempt 1 of 1), 4 (landing)",
    );
  });
});
