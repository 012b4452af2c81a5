import { assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, type Repository, withRepository } from "./harness.ts";

const queueFile = ".mosaic/orchestrator/tasks.json";
const red = "exit 8";

/** Shell words that take the gate out of the task, as a program that edits the queue would. */
const silence = (repository: Repository) =>
  `sed -i 's/"${red}"//' ${repository.state("tasks.json")}`;

/** Shell words that replace a text in the queue. */
const edit = (repository: Repository, from: string, to: string) =>
  `sed -i 's/${from}/${to}/' ${repository.state("tasks.json")}`;

function gatesOf(repository: Repository, id: string): unknown {
  return repository.task(id).quality_gates;
}

Deno.test("A worker that takes its gates out of tasks.json meets them in each attempt, and in accept", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("t", `${silence(repository)}; test $MACP_ATTEMPT != 1`, {
        quality_gates: [red],
        max_attempts: 2,
      }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals([repository.task("t").outcome, gatesOf(repository, "t")], ["gate_failed", [red]]);
    for (const serial of [1, 2]) {
      const { metadata } = serial === 1 ? repository.attemptResult("t", 1) : repository.result("t");
      assertEquals(metadata?.gate_files_changed, [queueFile], `attempt ${serial}`);
      assertStringIncludes(
        metadata?.warnings?.join("\n") ?? "",
        "changed in tasks.json while it ran, and was put back: quality_gates (was [])",
      );
    }
    assertEquals((await repository.macp(["accept", "t"])).code, 3);
    assertEquals(repository.task("t").outcome, "gate_failed");
  });
});

Deno.test("A worker that writes its task as it would have it, serial and all, is judged all the same", async () => {
  await withRepository(async (repository) => {
    const forge = [
      edit(repository, '"status": "running"', '"status": "completed", "outcome": "completed"'),
      edit(repository, '"last_attempt": 1', '"last_attempt": 9'),
      silence(repository),
    ];
    repository.writeQueue([execTask("t", forge.join("; "), { quality_gates: [red] })]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { status, outcome, last_attempt } = repository.task("t");
    assertEquals([status, outcome, last_attempt], ["escalated", "gate_failed", 1]);
    assertEquals(gatesOf(repository, "t"), [red]);
  });
});

Deno.test("A worker that ends its controller and forges its task is lost, and its gates stay", async () => {
  await withRepository(async (repository) => {
    const once = repository.outside("once");
    const controller = `"$(sed -n '/"controller"/,/}/s/.*"pid": \\([0-9]*\\).*/\\1/p' ${
      repository.state("state.json")
    })"`;
    const command = `test -e ${once} && exit; touch ${once}; ${
      edit(repository, '"last_attempt": 1', '"last_attempt": 9')
    }; ${silence(repository)}; kill -9 ${controller}; sleep 60`;
    repository.writeQueue([
      execTask("t", command, { quality_gates: [red], max_attempts: 2 }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 137);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.attemptResult("t", 1).metadata?.outcome, "worker_lost");
    assertEquals([repository.task("t").outcome, gatesOf(repository, "t")], ["gate_failed", [red]]);
  });
});

Deno.test("Green by the gates of the claim, a task whose rules changed is told of; with block it escalates", async () => {
  await withRepository(async (repository) => {
    const waive = edit(repository, '"type": "coding"', '"type": "review"');
    const soften = edit(repository, '"test -s made"', '"true"');
    const task = (id: string, command: string) =>
      execTask(id, `echo x > made; ${command}`, {
        type: "coding",
        quality_gates: ["test -s made"],
      });
    repository.writeQueue([task("told", `${waive}; ${soften}`)]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    assertStringIncludes(
      ran.stdout + ran.stderr,
      'put back: type (was "review"), quality_gates (was ["true"])',
    );
    const { type } = repository.task("told");
    assertEquals([type, gatesOf(repository, "told")], ["coding", ["test -s made"]]);

    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    repository.writeQueue([task("blocked", soften), task("untouched", "true")]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertEquals(repository.task("untouched").outcome, "completed");
    assertEquals(repository.result("untouched").metadata?.gate_files_changed, []);
    assertEquals(repository.task("blocked").outcome, "gate_files_blocked");
    assertEquals((await repository.macp(["accept", "blocked"])).code, 0);
    assertEquals(gatesOf(repository, "blocked"), ["test -s made"]);
  });
});

Deno.test("A worker that waives the commit of a coding task leaves one all the same, or fails", async () => {
  await withRepository(async (repository) => {
    const waive = edit(repository, '"title"', '"metadata": {"expects_changes": false}, "title"');
    repository.writeQueue([
      execTask("t", waive, { type: "coding", quality_gates: ["true"], max_attempts: 2 }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    assertEquals(repository.task("t").outcome, "no_changes");
    assertEquals(repository.task("t").metadata, {});
  });
});

Deno.test("A gate that takes the gates away while accept runs it takes none, also when that is cut short", async () => {
  await withRepository(async (repository) => {
    const began = repository.outside("began");
    const gate = `touch ${began}; sh ${repository.outside("gate.sh")}`;
    const cut = `${edit(repository, '"touch [^"]*"', "")}`;
    Deno.writeTextFileSync(repository.outside("gate.sh"), "exit 1\n");
    repository.writeQueue([
      execTask("t", "echo x > made; exit 1", { quality_gates: [gate], max_attempts: 1 }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 1);
    await repository.macp(["restore", "t"]);
    Deno.writeTextFileSync(repository.outside("gate.sh"), `${cut}; rm -f ${began}.on; exit 3\n`);
    assertEquals((await repository.macp(["accept", "t"])).code, 3);
    assertEquals(gatesOf(repository, "t"), [gate]);
    Deno.writeTextFileSync(
      repository.outside("gate.sh"),
      `${cut}; touch ${began}.cut; sleep 60\n`,
    );
    const accepting = repository.start(["accept", "t"]);
    while (!exists(`${began}.cut`)) await new Promise((resolve) => setTimeout(resolve, 20));
    accepting.kill("SIGTERM");
    await accepting.ended;
    assertEquals(gatesOf(repository, "t"), [gate]);
  });
});
