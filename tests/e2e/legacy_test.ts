import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { exists, type Repository, type TaskFields, textOf, withRepository } from "./harness.ts";

const fixtures = join(import.meta.dirname ?? "", "..", "fixtures", "legacy");
const fixture = (name: string) => Deno.readTextFileSync(join(fixtures, name));

const hostile = [
  "plain words",
  `it's "quoted" \`touch CODE\``,
  "$(touch CODE) ${HOME} $HOME",
  "; touch CODE; rm -rf nothing & | > CODE",
  "two\nlines\n\ttabbed",
  "emoji 🚀 ünï 漢字",
  "-n --help",
  "\\ back\\slash \\n %s",
  "{task_id} {task_file}",
  "'",
  '"',
];

/** A legacy task. */
const legacy = (id: string, fields: TaskFields = {}): TaskFields => ({
  id,
  title: `Task ${id}`,
  status: "pending",
  ...fields,
});

/** A program that writes its arguments, each ended by NUL, to a file named after its task. */
function writeAgent(repository: Repository): string {
  const path = repository.outside("agent.sh");
  const text = `#!/bin/sh\npwd > ${repository.outside("pwd")}\n` +
    `printf '%s\\0' "$@" > "${repository.outside("args")}-$MACP_TASK_ID"\n`;
  Deno.writeTextFileSync(path, text, { mode: 0o755 });
  return path;
}

/** Arguments that the agent got for a task. */
function argumentsOf(repository: Repository, id: string): string[] {
  const text = textOf(`${repository.outside("args")}-${id}`) ?? "nothing\0";
  return text.split("\0").slice(0, -1);
}

Deno.test("A queue of the older implementation runs: command, then MOSAIC_WORKER_EXEC", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue(fixture("tasks.legacy.json"));
    const env = { MOSAIC_WORKER_EXEC: writeAgent(repository) };
    const ran = await repository.macp(["drain"], { env });
    assertEquals(ran.code, 0, ran.stdout);
    assertStringIncludes(repository.log("TASK-123"), "run");
    assertEquals(argumentsOf(repository, "TASK-124"), ['Ship the "quoted" thing; rm -rf nothing']);
    assertEquals(textOf(repository.outside("pwd")), `${repository.path}\n`);
    for (const id of ["TASK-123", "TASK-124"]) {
      const result = repository.result(id);
      assertEquals([result.status, result.dispatch, result.branch], ["completed", "legacy", null]);
      assertEquals(repository.eventTypes(id).includes("task.gated"), false);
    }
    assertEquals(repository.eventTypes("TASK-123"), [
      ...[
        "task.assigned",
        "task.started",
        "rail.check.started",
        "rail.check.passed",
        "task.completed",
      ],
    ]);
    assertEquals(await repository.git("branch", "--format=%(refname:short)"), "main");
    assertEquals(repository.task("TASK-123").metadata, { source: "docs/TASKS.md" });
    assert(!("dispatch" in repository.task("TASK-123")));
  });
});

Deno.test("Events of the older implementation are read, kept and followed", async () => {
  await withRepository(async (repository) => {
    const old = fixture("events.predecessor.ndjson");
    Deno.writeTextFileSync(repository.state("events.ndjson"), old);
    repository.writeQueue([legacy("new", { command: "true" })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert((textOf(repository.state("events.ndjson")) ?? "").startsWith(old));
    const { events } = await repository.json<{ events: { task_id: string }[] }>(["history"]);
    assertEquals(events.filter(({ task_id }) => task_id === "TASK-001").length, 5);
    assertStringIncludes((await repository.macp(["history"])).stdout, "Quality gates running");
  });
});

Deno.test("MOSAIC_WORKER_EXEC gets title and description as one argument, whatever they hold", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue(
      hostile.map((title, i) => legacy(`t${i}`, { title, description: `about ${title}` })),
    );
    const env = { MOSAIC_WORKER_EXEC: `${writeAgent(repository)} --print` };
    const ran = await repository.macp(["drain"], { env });
    assertEquals(ran.code, 0, ran.stdout);
    for (const [i, title] of hostile.entries()) {
      const args = argumentsOf(repository, `t${i}`);
      assertEquals([args.length, args[0]], [2, "--print"]);
      assert(args[1]?.startsWith(title) && args[1].endsWith(`about ${title}`), args[1]);
    }
    assert(!exists(join(repository.path, "CODE")), "a title became code");
  });
});

Deno.test("command_template passes hostile titles as one argument, inside and outside of double quotes", async () => {
  for (const form of ["{task_title}", '"{task_title}"', '"a {task_title} b"']) {
    await withRepository(async (repository) => {
      const template = `${writeAgent(repository)} {task_id} ${form} {task_file}`;
      repository.writeConfig({ worker: { command_template: template } });
      repository.writeQueue(hostile.map((title, i) => legacy(`t${i}`, { title })));
      const ran = await repository.macp(["drain"]);
      assertEquals(ran.code, 0, ran.stdout);
      for (const [i, title] of hostile.entries()) {
        const [id, text, file, ...rest] = argumentsOf(repository, `t${i}`);
        assertEquals([id, text, rest], [
          `t${i}`,
          form.replaceAll('"', "").replace("{task_title}", () => title),
          [],
        ]);
        assert(file?.endsWith("task.json"), file);
      }
      assert(!exists(join(repository.path, "CODE")), "a title became code");
    });
  }
});

Deno.test("A placeholder inside single quotes is refused with the reason, and nothing runs", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    repository.writeConfig({ worker: { command_template: `touch ${ran}; echo '{task_title}'` } });
    repository.writeQueue([legacy("t"), legacy("own", { command: "true" })]);
    const drained = await repository.macp(["drain"]);
    assert([1, 3].includes(drained.code), `exit code ${drained.code}`);
    assert(!exists(ran));
    const { error } = repository.result("t");
    assertStringIncludes(error ?? "", "single quotes");
    assertStringIncludes(error ?? "", "{task_title}");
    assertEquals(repository.task("own").status, "completed");
  });
});

Deno.test("A task's command goes before the template, the template before MOSAIC_WORKER_EXEC", async () => {
  await withRepository(async (repository) => {
    const says = (name: string) =>
      `echo ${name} > ${repository.outside("who")}-$MACP_TASK_ID; true`;
    const env = { MOSAIC_WORKER_EXEC: says("environment") };
    repository.writeConfig({ worker: { command_template: says("template") } });
    repository.writeQueue([legacy("a", { command: says("task") }), legacy("b")]);
    assertEquals((await repository.macp(["drain"], { env })).code, 0);
    const who = (id: string) => textOf(`${repository.outside("who")}-${id}`);
    assertEquals([who("a"), who("b")], ["task\n", "template\n"]);
  });
});

Deno.test("A legacy task without any command fails and says where to set one", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([legacy("t")]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 1, ran.stdout);
    assertEquals(repository.task("t").status, "failed");
    assertStringIncludes(repository.result("t").error ?? "", "worker.command_template");
    assertStringIncludes(repository.result("t").error ?? "", "MOSAIC_WORKER_EXEC");
  });
});

Deno.test("A red gate of a legacy task ends as failed, after max_attempts", async () => {
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    repository.writeConfig({ quality_gates: ["false"] });
    repository.writeQueue([
      legacy("t", { command: `echo x >> ${ran}`, max_attempts: 2 }),
      legacy("broken", { command: "true", quality_gates: ["no-such-command-xyz"] }),
      legacy("green", { command: "true", quality_gates: ["true"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.readQueue().map(({ status }) => status), [
      "failed",
      "failed",
      "completed",
    ]);
    assertEquals(textOf(ran), "x\nx\n");
    assertEquals(repository.result("t").metadata?.outcome, "gate_failed");
    assertEquals(repository.result("broken").metadata?.outcome, "gate_broken");
    assertEquals(repository.eventTypes("t").at(-1), "task.failed");
  });
});

Deno.test("A legacy task with an id that is no file name runs under a hashed one", async () => {
  await withRepository(async (repository) => {
    const ids = ["../../escape", "a/b", "spaces and ünï", "x".repeat(200), "-rf"];
    repository.writeQueue(ids.map((id) => legacy(id, { command: "echo out" })));
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertEquals(
      new Set(repository.readQueue().map(({ status }) => status)),
      new Set(["completed"]),
    );
    const results = [...Deno.readDirSync(repository.state("results"))].filter(({ isFile }) =>
      isFile
    );
    assertEquals(results.length, ids.length);
    const inside = [...Deno.readDirSync(repository.folder)].map(({ name }) => name).sort();
    assertEquals(inside, ["gitconfig", "home", "project"]);
    const shown = await repository.json<{ result: { task_id: string } }>(["show", "../../escape"]);
    assertEquals(shown.result.task_id, "../../escape");
  });
});

Deno.test("A bare array is accepted as a queue, and kept", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue(JSON.stringify([legacy("a", { command: "true" })], null, 4) + "\n");
    await repository.submit("b", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    const queue = JSON.parse(repository.queueText());
    assert(Array.isArray(queue));
    assertEquals(queue.map(({ status }) => status), ["completed", "completed"]);
  });
});

Deno.test("A legacy task needs no commit in the repository", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(join(repository.path, ".git"), { recursive: true });
    await repository.git("init", "--quiet");
    repository.writeQueue([legacy("t", { command: "true" })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
  });
});
