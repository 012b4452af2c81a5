import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, fingerprint, type Repository, until, withRepository } from "./harness.ts";

/** One finding as `doctor --json` prints it. */
interface Found {
  check: string;
  level: string;
  message: string;
  hint?: string;
  fixable: boolean;
}

async function examine(repository: Repository, ...more: string[]): Promise<Found[]> {
  return (await repository.json<{ findings: Found[] }>(["doctor", ...more])).findings;
}

function tell(findings: readonly Found[], check: string, level = "warn"): string {
  return findings.filter((found) => found.check === check && found.level === level)
    .map(({ message }) => message).join("\n");
}

Deno.test("macp doctor ends with 0 where all is well, and changes nothing", async () => {
  await withRepository(async (repository) => {
    await repository.macp(["init"]);
    await repository.macp(["drain"]);
    const before = fingerprint(repository.path);
    const ran = await repository.macp(["doctor"]);
    assertEquals(ran.code, 0, ran.stdout + ran.stderr);
    assertStringIncludes(ran.stdout, "0 faults");
    const findings = await examine(repository);
    assertEquals(findings.filter(({ level }) => level === "fail"), []);
    for (const check of ["git", "queue", "lock", "attempts", "worktrees", "disk", "secrets"]) {
      assert(findings.some((found) => found.check === check && found.level === "ok"), check);
    }
    assertEquals(fingerprint(repository.path), before);
  });
});

Deno.test("macp doctor tells of attempts that nobody carries out, until the next run", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("a", "echo begun; sleep 60 & wait")]);
    const drain = repository.start(["drain"]);
    await until("the worker", () => repository.task("a").status === "running");
    const { pid } = drain;
    const live = await examine(repository);
    assertStringIncludes(tell(live, "lock", "ok"), `process ${pid} runs the queue`);
    drain.kill("SIGKILL");
    await drain.ended;
    const dead = await examine(repository);
    assertStringIncludes(tell(dead, "lock"), `process ${pid}`);
    assertStringIncludes(tell(dead, "attempts"), "nobody carries them out any more: a");
    await repository.macp(["drain"]);
    assertEquals(tell(await examine(repository), "attempts"), "");
  });
});

Deno.test("macp doctor tells of locks that a git which was killed left, and removes none", async () => {
  await withRepository(async (repository) => {
    await repository.git("worktree", "add", "--quiet", "--detach", repository.outside("second"));
    const names = [
      "index.lock",
      "HEAD.lock",
      "config.lock",
      "packed-refs.lock",
      "refs/heads/main.lock",
      "refs/heads/feat/x.lock",
      "worktrees/second/index.lock",
    ];
    Deno.mkdirSync(join(repository.path, ".git/refs/heads/feat"));
    const old = Date.now() / 1000 - 11 * 60;
    for (const name of [...names, "refs/heads/young.lock"]) {
      const path = join(repository.path, ".git", name);
      Deno.writeTextFileSync(path, "");
      if (!name.includes("young")) Deno.utimeSync(path, old, old);
    }
    const before = fingerprint(join(repository.path, ".git"));
    const told = (await examine(repository, "--fix")).filter(({ check }) => check === "git locks");
    assertEquals(
      told.map(({ level, fixable }) => [level, fixable]),
      names.map(() => ["warn", false]),
    );
    for (const name of names) {
      const path = join(repository.path, ".git", name);
      const found = told.find(({ message }) => message.endsWith(path));
      assertStringIncludes(found?.message ?? "", "11 minutes old");
      assertStringIncludes(found?.hint ?? "", `rm ${path}`);
    }
    assertEquals(fingerprint(join(repository.path, ".git")), before);
  });
});

Deno.test("macp doctor tells of worktrees that are gone, and of what git tracks", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { cleanup_worktrees: false } });
    await repository.submit("a", "true");
    await repository.macp(["drain"]);
    Deno.removeSync(repository.worktree("a"), { recursive: true });
    await repository.commit({ "key.txt": `x = ghp_${"a1B2".repeat(9)}\n` });
    const findings = await examine(repository);
    assertStringIncludes(tell(findings, "worktrees"), `${repository.worktree("a")} of a is gone`);
    assertStringIncludes(tell(findings, "secrets"), "key.txt:1");
    assert(!JSON.stringify(findings).includes("a1B2a1B2"));
  });
});

Deno.test("macp doctor --fix mends modes and the list of ignored files, and says so", async () => {
  await withRepository(async (repository) => {
    await repository.submit("a", "true");
    await repository.macp(["drain"]);
    Deno.chmodSync(repository.state("logs"), 0o755);
    const before = await examine(repository);
    assertStringIncludes(tell(before, "modes"), repository.state("logs"));
    assertStringIncludes(tell(before, "ignored"), "state.json, events.ndjson");
    const ran = await repository.macp(["doctor", "--fix"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertStringIncludes(ran.stdout, "fixed:");
    assertEquals((Deno.statSync(repository.state("logs")).mode ?? 0) & 0o777, 0o700);
    const after = await examine(repository);
    assertEquals(tell(after, "modes") + tell(after, "ignored"), "");
    assertEquals(
      await repository.git("status", "--porcelain", "--", ".mosaic/orchestrator/logs"),
      "",
    );
  });
});

Deno.test("macp doctor ends with 1 for a runtime that cannot run, and finds those that can", async () => {
  await withRepository(async (repository) => {
    const bin = repository.outside("bin");
    Deno.mkdirSync(bin);
    Deno.writeTextFileSync(join(bin, "codex"), "#!/bin/sh\necho codex-cli 1.2.3\n", {
      mode: 0o755,
    });
    Deno.writeTextFileSync(join(bin, "mosaic"), "#!/bin/sh\necho mosaic 0.9.1\n", { mode: 0o755 });
    repository.writeConfig({
      macp: { runtimes: { mine: { command: "no-such-agent --do" }, codex: {} } },
    });
    const env = { PATH: `${bin}:${repository.env.PATH}` };
    const ran = await repository.macp(["doctor", "--json"], { env });
    assertEquals(ran.code, 1);
    const findings: Found[] = JSON.parse(ran.stdout).findings;
    assertStringIncludes(tell(findings, "runtime.mine", "fail"), "no-such-agent");
    assertStringIncludes(tell(findings, "runtime.codex", "ok"), "codex 1.2.3");
    assertStringIncludes(tell(findings, "runtime.mosaic", "ok"), "mosaic 0.9.1");
  });
});

Deno.test("macp doctor goes on when the queue or the cursors cannot be read", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue("{ not json");
    Deno.writeTextFileSync(repository.state("event_cursor.json"), '{"sinks": 1}');
    const ran = await repository.macp(["doctor", "--json"]);
    assertEquals(ran.code, 1);
    const findings: Found[] = JSON.parse(ran.stdout).findings;
    assertStringIncludes(tell(findings, "queue", "fail"), "tasks.json");
    assertStringIncludes(tell(findings, "sinks", "fail"), "event_cursor.json");
    assert(findings.some(({ check, level }) => check === "git" && level === "ok"));
  });
});

Deno.test("macp doctor tells of results that are damaged, of another task, or gone", async () => {
  await withRepository(async (repository) => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    repository.writeQueue([
      ...ids.map((id) => execTask(id, "true")),
      { id: "by-hand", title: "By hand", status: "completed" },
    ]);
    await repository.macp(["drain"]);
    const path = (id: string) => repository.state("results", `${id}.json`);
    const sound = await examine(repository);
    assertStringIncludes(tell(sound, "results", "ok"), "6 can be read");
    Deno.writeTextFileSync(path("a"), "garbage");
    Deno.writeTextFileSync(path("b"), "");
    Deno.removeSync(path("c"));
    Deno.mkdirSync(path("c"));
    Deno.copyFileSync(path("e"), path("d"));
    Deno.removeSync(path("e"));
    const before = fingerprint(repository.path);
    const ran = await repository.macp(["doctor", "--json"]);
    assertEquals(ran.code, 1);
    const findings: Found[] = JSON.parse(ran.stdout).findings;
    const faults = tell(findings, "results", "fail");
    for (const id of ["a", "b", "c"]) assertStringIncludes(faults, `Cannot read ${path(id)}`);
    assertStringIncludes(faults, `${path("d")} as the result of d as it is that of e`);
    assertMatch(tell(findings, "results"), /^1 task that ended without a result in .*: e$/m);
    assertEquals(tell(findings, "results", "ok"), "");
    assertEquals(fingerprint(repository.path), before);
    assertStringIncludes((await repository.macp(["validate"])).stdout, `Cannot read ${path("c")}`);
    const { warnings } = await repository.json<{ warnings: string[] }>(["show", "d"]);
    assertStringIncludes(warnings.join(), "it is that of e");
    Deno.removeSync(repository.state("results"), { recursive: true });
    assertMatch(tell(await examine(repository), "results"), /^6 tasks that ended .* and 1 more$/m);
    repository.writeConfig({ macp: { retention: { result_days: 30 } } });
    assertEquals(tell(await examine(repository), "results"), "");
  });
});

Deno.test("macp doctor and show tell where the queue says completed and the result does not", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", "echo x > x", { quality_gates: ["false"] })]);
    await repository.macp(["drain"]);
    assertEquals(repository.task("t").status, "escalated");
    assertEquals(tell(await examine(repository), "results"), "");
    repository.writeQueue([{ ...repository.task("t"), status: "completed" }]);
    const said = "tasks.json says completed, its result says escalated (gate_failed)";
    assertStringIncludes(tell(await examine(repository), "results"), `t: ${said}`);
    const { stdout } = await repository.macp(["show", "t"]);
    assertStringIncludes(stdout, said);
    assertEquals(stdout.includes("macp land"), false);
    const { warnings } = await repository.json<{ warnings: string[] }>(["show", "t"]);
    assertStringIncludes(warnings.join(), said);
  });
});

Deno.test("macp doctor tells of a last event that is cut off", async () => {
  await withRepository(async (repository) => {
    await repository.submit("a", "true");
    await repository.macp(["drain"]);
    assertEquals(tell(await examine(repository), "events"), "");
    const path = repository.state("events.ndjson");
    Deno.truncateSync(path, Deno.statSync(path).size - 9);
    assertStringIncludes(tell(await examine(repository), "events"), "the last line is cut off");
  });
});

Deno.test("macp doctor tells of a queue that git tracks", async () => {
  await withRepository(async (repository) => {
    await repository.macp(["init"]);
    assertEquals(tell(await examine(repository), "tracked"), "");
    await repository.git("add", "--force", ".mosaic");
    const tracked = (await examine(repository)).find(({ check }) => check === "tracked");
    assertEquals(tracked?.level, "warn");
    assertStringIncludes(tracked?.message ?? "", "git tracks tasks.json");
    assertStringIncludes(tracked?.hint ?? "", "git rm -r --cached .mosaic/orchestrator/tasks.json");
    await repository.git("rm", "--quiet", "--cached", ".mosaic/orchestrator/tasks.json");
    assertEquals(tell(await examine(repository), "tracked"), "");
  });
});
