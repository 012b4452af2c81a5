import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { parse as parseJsonc } from "@std/jsonc";
import { describeFault, faultsOf } from "../../src/protocol/validation.ts";
import {
  validateConfig,
  validateEvent,
  validateResult,
  validateState,
  validateTask,
  type Validator,
} from "../../src/protocol/generated/validators.js";
import {
  execTask,
  exists,
  filesBelow,
  macpPath,
  type Ran,
  Repository,
  withRepository,
} from "./harness.ts";

/** Runs macp as `env -i PATH=/usr/bin:/bin macp …`. */
function bare(repository: Repository, ...args: string[]): Promise<Ran> {
  return repository.macp(["-i", "PATH=/usr/bin:/bin", macpPath, ...args], {
    program: "/usr/bin/env",
  });
}

/** Faults of everything that macp wrote, by the schemas. */
function faultsOfState(repository: Repository): string[] {
  const check = (file: string, validate: Validator, value: unknown) =>
    faultsOf(validate, value).map((fault) => describeFault(file, fault));
  return [...filesBelow(repository.state())].flatMap((file) => {
    const text = Deno.readTextFileSync(file);
    if (file.endsWith("/config.json")) return check(file, validateConfig, parseJsonc(text));
    if (file.endsWith("/state.json")) return check(file, validateState, JSON.parse(text));
    if (file.endsWith("/tasks.json")) {
      return JSON.parse(text).tasks.flatMap((task: unknown) => check(file, validateTask, task));
    }
    if (file.endsWith("/events.ndjson")) {
      return text.split("\n").filter(Boolean)
        .flatMap((line) => check(file, validateEvent, JSON.parse(line)));
    }
    return file.includes("/results/") ? check(file, validateResult, JSON.parse(text)) : [];
  });
}

Deno.test("show 2: macp works from init to history with git and sh alone and no HOME", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state(), { recursive: true });
    const call = async (expected: number, ...args: string[]) => {
      const ran = await bare(repository, ...args);
      assertEquals(ran.code, expected, `macp ${args.join(" ")}: ${JSON.stringify(ran)}`);
      return ran.stdout;
    };
    await call(0, "init", "--enable");
    const submit = ["submit", "--title", "Say hello", "--type", "coding"];
    await call(
      0,
      ...[...submit, "--task-id", "good", "--command", "echo hi > hi.txt"],
      ...["--gate", "grep -q hi hi.txt"],
    );
    await call(
      0,
      ...[...submit, "--task-id", "second", "--max-attempts", "2", "--gate", "test -e again"],
      ...["--command", 'if [ "$MACP_ATTEMPT" = 2 ]; then touch again; fi; date +%N > stamp'],
    );
    await call(
      0,
      ...[...submit, "--task-id", "bad", "--command", "touch x", "--gate", "false"],
    );
    await call(3, "drain", "--set", "macp.retry_backoff_seconds=0.05");
    assertStringIncludes(await call(0, "status"), "good");
    assertStringIncludes(await call(0, "show", "good"), "grep -q hi hi.txt");
    assertStringIncludes(await call(0, "history"), "task.completed");
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "completed",
      "completed",
      "escalated",
    ]);
    for (const file of ["state.json", "events.ndjson", "results/attempts/second/1.json"]) {
      assert(exists(repository.state(file)), `${file} was not written`);
    }
    assertEquals(faultsOfState(repository), []);
    await call(0, "validate");
  });
});

Deno.test("show 3: another program queues a task, runs once and reads its result", async () => {
  await withRepository(async (repository) => {
    const foreign = { x_origin: "elsewhere", nested: { deep: [1, 2.0] }, big: 1e21 };
    repository.writeQueue([execTask("later", `touch ${repository.outside("later")}`)]);
    const queue = JSON.parse(repository.queueText());
    queue.tasks.unshift(execTask("mine", "echo hi > hi.txt", foreign));
    queue.owner = { tool: "another" };
    repository.writeQueue(JSON.stringify(queue));

    const ran = await repository.macp(["run", "--once"]);

    assertEquals(ran.code, 0, ran.stderr);
    const { status, metadata } = repository.result("mine");
    assertEquals(status, "completed");
    assertEquals(metadata?.outcome, "completed");
    assertEquals(repository.task("later").status, "pending");
    assert(!exists(repository.outside("later")), "the second task ran too");
    const { x_origin, nested, big } = repository.task("mine");
    assertEquals({ x_origin, nested, big }, foreign);
    assertEquals(JSON.parse(repository.queueText()).owner, { tool: "another" });
  });
});

Deno.test("A completed task leaves its branch, its result and no worktree", async () => {
  await withRepository(async (repository) => {
    await repository.submit(
      "TASK-1",
      "echo hi > hi.txt",
      "--type",
      "coding",
      "--gate",
      "test -s hi.txt",
    );

    assertEquals((await repository.macp(["drain"])).code, 0);

    const result = repository.result("TASK-1");
    assertEquals(result.status, "completed");
    assertEquals(result.exit_code, 0);
    assertEquals(result.files_changed, ["hi.txt"]);
    assertEquals(result.gate_results, [
      { command: "test -s hi.txt", exit_code: 0, type: "mechanical" },
    ]);
    assertEquals(result.metadata?.commits, 1);
    assertEquals(result.metadata?.insertions, 1);
    assertEquals(result.metadata?.dirty, true);
    assertEquals(result.metadata?.usage ?? null, null);
    assertEquals(result.branch, "feat/task-1-task-task-1");
    assertEquals(await repository.git("show", `${result.branch}:hi.txt`), "hi");
    assertEquals(
      result.metadata?.head_commit,
      await repository.git("rev-parse", result.branch ?? ""),
    );
    assert(!exists(repository.worktree("task-1")), "the worktree stayed");
    assertEquals(await repository.git("status", "--porcelain", "--", ":!.mosaic"), "");
  });
});

Deno.test("Events of an attempt come in the order of the specification, each with its own id", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("t", "true", { quality_gates: ["true", "false"], max_attempts: 2 }),
    ]);

    assertEquals((await repository.macp(["drain"])).code, 3);

    const attempt = [
      ...["task.assigned", "task.started", "task.gated"],
      ...["rail.check.started", "rail.check.passed", "rail.check.started", "rail.check.failed"],
    ];
    assertEquals(repository.eventTypes("t"), [
      ...attempt,
      "task.retry.scheduled",
      ...attempt,
      "task.escalated",
    ]);
    const events = repository.events();
    assertEquals(new Set(events.map(({ event_id }) => event_id)).size, events.length);
    for (const { event_id, timestamp, source } of events) {
      assertMatch(
        event_id,
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assertMatch(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      assert(["controller", "worker", "quality-gate", "dispatcher"].includes(source));
    }
    const gated = events.find(({ event_type }) => event_type === "task.gated");
    assertEquals(gated?.source, "controller");
    assertEquals(gated?.status, "gated");
    const last = events.at(-1);
    assertEquals([last?.metadata?.attempt, last?.metadata?.max_attempts], [2, 2]);
  });
});

Deno.test("The worker gets the environment of the contract and nothing that ties git elsewhere", async () => {
  await withRepository(async (repository) => {
    const seen = repository.outside("seen");
    repository.writeQueue([
      execTask(
        "Env-1",
        `env > ${seen}; cat "$MACP_TASK_FILE" > ${seen}.task; ` +
          `readlink /proc/self/fd/0 > ${seen}.stdin`,
      ),
    ]);

    const ran = await repository.macp(["drain"], { env: { GIT_DIR: undefined, GIT_PREFIX: "x/" } });

    assertEquals(ran.code, 0, ran.stderr);
    const env = Object.fromEntries(
      Deno.readTextFileSync(seen).split("\n").map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
    );
    assertEquals(env.MACP_TASK_ID, "Env-1");
    assertEquals(env.MACP_TASK_TITLE, "Task Env-1");
    assertEquals(env.MACP_WORKTREE, repository.worktree("env-1"));
    assertEquals(env.PWD, repository.worktree("env-1"));
    assertEquals(env.MACP_BRANCH, "feat/env-1-task-env-1");
    assertEquals([env.MACP_ATTEMPT, env.MACP_MAX_ATTEMPTS], ["1", "1"]);
    assertEquals(env.MACP_PREVIOUS_FAILURE_FILE, "");
    assert(env.MACP_RESULT_FILE && env.MACP_BRIEF_FILE);
    assertEquals(env.GIT_PREFIX, undefined);
    assertEquals(JSON.parse(Deno.readTextFileSync(`${seen}.task`)).id, "Env-1");
    assertStringIncludes(Deno.readTextFileSync(`${seen}.stdin`), "/dev/null");
  });
});

Deno.test("The files that can hold worker output are for the user only", async () => {
  await withRepository(async (repository) => {
    await repository.submit("t", "echo hi", "--gate", "false", "--max-attempts", "2");
    await repository.macp(["drain"]);
    for (
      const name of [
        "logs/t/1.log",
        "results/t.json",
        "results/attempts/t/1.json",
        "events.ndjson",
        "state.json",
      ]
    ) {
      const mode = (Deno.statSync(repository.state(name)).mode ?? 0) & 0o777;
      assertEquals(mode.toString(8), "600", name);
    }
  });
});
