import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, exists, type Repository, textOf, until, withRepository } from "./harness.ts";

/** What a queue that cannot be read looks like, and what the message must name. */
const unreadable: { name: string; text: (good: string) => string; says: RegExp }[] = [
  { name: "empty", text: () => "", says: /it is empty/ },
  { name: "only white space", text: () => " \n\t\n", says: /it is empty/ },
  { name: "truncated", text: (good) => good.slice(0, -40), says: /not JSON/ },
  { name: "not JSON", text: () => "tasks: []\n", says: /not JSON/ },
  { name: "a comment in it", text: (good) => `// mine\n${good}`, says: /not JSON/ },
  { name: "null", text: () => "null\n", says: /no list of tasks/ },
  { name: "a text", text: () => '"tasks"', says: /no list of tasks/ },
  { name: "a number", text: () => "5", says: /no list of tasks/ },
  { name: "an object without tasks", text: () => '{"task": []}', says: /no list of tasks/ },
  { name: "tasks that are an object", text: () => '{"tasks": {"a": 1}}', says: /no list of tasks/ },
  {
    name: "duplicate ids",
    text: (good) =>
      JSON.stringify({ tasks: [...JSON.parse(good).tasks, ...JSON.parse(good).tasks] }),
    says: /same id: good/,
  },
  { name: "not UTF-8", text: (good) => good, says: /UTF-8/ },
];

/** The commands that read the queue, some of which would write it. */
const commands = [
  ["status"],
  ["submit", "--task-id", "new", "--title", "x", "--command", "true"],
  ["run", "--once"],
  ["drain"],
  ["show", "good"],
  ["retry", "good"],
  ["cancel", "good"],
];

for (const { name, text, says } of unreadable) {
  Deno.test(`tasks.json that is ${name}: exit 5, named, untouched, nothing run`, async () => {
    await withRepository(async (repository) => {
      repository.writeQueue([execTask("good", `touch ${repository.outside("ran")}`)]);
      const path = repository.state("tasks.json");
      const bytes = new TextEncoder().encode(text(repository.queueText()));
      Deno.writeFileSync(
        path,
        name === "not UTF-8" ? new Uint8Array([...bytes, 0xff, 0xfe]) : bytes,
      );
      const before = Deno.readFileSync(path);
      for (const args of commands) {
        const { code, stderr } = await repository.macp(args);
        assertEquals(code, 5, `macp ${args.join(" ")}: ${stderr}`);
        assertStringIncludes(stderr, path);
        assert(says.test(stderr), stderr);
        assert(/hint: /.test(stderr), `no way out: ${stderr}`);
        assertEquals(Deno.readFileSync(path), before, args.join(" "));
      }
      assert(!exists(repository.outside("ran")));
      assertEquals((await repository.macp(["validate"])).code, 1);
    });
  });
}

Deno.test("tasks.json that is a folder, or not readable: exit 5, named", async () => {
  await withRepository(async (repository) => {
    const path = repository.state("tasks.json");
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    const { code, stderr } = await repository.macp(["status"]);
    assertEquals(code, 5);
    assertStringIncludes(stderr, path);
  });
});

Deno.test("No tasks.json is an empty queue, which submit makes", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state("tasks.json"));
    assertEquals((await repository.macp(["status"])).code, 0);
    assertEquals((await repository.macp(["drain"])).code, 0);
    await repository.submit("t", "true");
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.task("t").status, "completed");
  });
});

Deno.test("A task with an id like ../x escalates, leaves no file outside, and stops no other", async () => {
  await withRepository(async (repository) => {
    const ids = ["../x", "../../../x", "a/b", ".hidden", "-rf", "with space", "a".repeat(129), "ü"];
    const ran = repository.outside("ran");
    repository.writeQueue([
      ...ids.map((id) => execTask(id, `touch ${ran}`)),
      execTask("good", "true"),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    for (const id of ids) assertEquals(repository.task(id).status, "escalated", id);
    assertEquals(repository.task("good").status, "completed");
    assert(!exists(ran));
    const names = [...Deno.readDirSync(repository.folder)].map(({ name }) => name).sort();
    assertEquals(names, ["gitconfig", "home", "project", "worktrees"]);
    const { code, stderr } = await repository.macp([
      "submit",
      "--task-id",
      "../x",
      "--title",
      "x",
      "--command",
      "true",
    ]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "../x");
  });
});

Deno.test("Wrong types escalate their task with field, value and expectation, and stop no other", async () => {
  const wrong: Record<string, [unknown, RegExp]> = {
    title: [7, /title.*7.*string/],
    status: [{}, /./],
    dispatch: ["magic", /dispatch.*magic.*exec/],
    max_attempts: [0, /max_attempts.*0.*1/],
    attempts: [-1, /attempts.*-1/],
    timeout_seconds: ["soon", /timeout_seconds.*soon.*number/],
    depends_on: ["good", /depends_on.*good.*array/],
    quality_gates: [[{ type: "mechanical" }], /quality_gates\/0\/command/],
    metadata: [[1], /metadata.*object/],
    type: ["art", /type.*art.*coding/],
  };
  await withRepository(async (repository) => {
    const ran = repository.outside("ran");
    const tasks = Object.entries(wrong).map(([field, [value]]) =>
      execTask(`wrong-${field}`, `touch ${ran}`, { [field]: value })
    );
    repository.writeQueue([...tasks, execTask("good", "true")]);
    const before = JSON.parse(repository.queueText()).tasks;
    assertEquals((await repository.macp(["drain"])).code, 3);
    assert(!exists(ran), "a task ran that does not validate");
    assertEquals(repository.task("good").status, "completed");
    for (const [field, [value, says]] of Object.entries(wrong)) {
      if (field === "status") continue; // Without a status its turn never comes.
      const task = repository.task(`wrong-${field}`);
      assertEquals(task.status, "escalated", field);
      assert(says.test(String(task.reason)), `${field}: ${task.reason}`);
      const original = before.find(({ id }: { id: string }) => id === task.id);
      assertEquals(task[field], original[field] ?? value, field);
    }
    const validated = await repository.macp(["validate"]);
    assertEquals(validated.code, 1);
    for (const field of Object.keys(wrong)) assertStringIncludes(validated.stdout, `/${field}`);
  });
});

Deno.test("Elements that are no tasks are passed over, shown, kept, and end the drain with 3", async () => {
  await withRepository(async (repository) => {
    const odd = [null, 5, "text", [], {}, { title: "no id" }];
    const text = JSON.stringify({ tasks: [...odd, execTask("good", "true")] });
    repository.writeQueue(text);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const queue = repository.readQueue();
    assertEquals(queue.slice(0, -1) as unknown[], odd);
    assertEquals(queue.at(-1)?.status, "completed");
    assertEquals((await repository.macp(["status"])).code, 0);
    assertEquals((await repository.macp(["validate"])).code, 1);
  });
});

Deno.test("A queue of 50 MB works; 50 MB that are no queue are refused", async () => {
  await withRepository(async (repository) => {
    const description = "x".repeat(1000);
    const tasks = Array.from(
      { length: 50_000 },
      (_, i) => execTask(`t${i}`, "true", { description, status: "completed" }),
    );
    repository.writeQueue(JSON.stringify({ tasks }));
    assert(Deno.statSync(repository.state("tasks.json")).size > 50_000_000);
    await repository.submit("last", `touch ${repository.outside("ran")}`);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assert(exists(repository.outside("ran")));
    assertEquals(
      (await repository.json<{ counts: unknown }>(["status", "--task-id", "last"])).counts,
      {
        ...{ pending: 0, running: 0, gated: 0, completed: 50_001, failed: 0, escalated: 0 },
      },
    );
    Deno.writeFileSync(repository.state("tasks.json"), new Uint8Array(50_000_000).fill(0x7b));
    const { code, stderr } = await repository.macp(["status"]);
    assertEquals(code, 5);
    assert(stderr.length < 2000, "the message holds the file");
    assertEquals(Deno.statSync(repository.state("tasks.json")).size, 50_000_000);
  });
});

/** Starts a drain whose worker waits until `release` is called. */
async function holdDrain(repository: Repository) {
  const go = repository.outside("go");
  await repository.submit(
    "slow",
    `while [ ! -e ${go} ]; do sleep 0.02; done; echo hi > hi`,
    "--max-attempts",
    "2",
  );
  const drain = repository.start(["drain"]);
  await until("the worker", () => repository.eventTypes("slow").includes("task.started"));
  return { drain, release: () => Deno.writeTextFileSync(go, "") };
}

Deno.test("Edits by hand while a worker runs are kept, and what they add runs", async () => {
  await withRepository(async (repository) => {
    const { drain, release } = await holdDrain(repository);
    const queue = JSON.parse(repository.queueText());
    queue.tasks[0].note = "by hand";
    queue.tasks.push(execTask("added", "true", { note: 1 }));
    queue.top = "level";
    // An editor that writes in place, with an indentation of its own.
    repository.writeQueue(JSON.stringify(queue, null, "\t"));
    release();
    assertEquals((await drain.ended).code, 0);
    assertEquals([repository.task("slow").status, repository.task("slow").note], [
      "completed",
      "by hand",
    ]);
    assertEquals([repository.task("added").status, repository.task("added").note], [
      "completed",
      1,
    ]);
    assertEquals(JSON.parse(repository.queueText()).top, "level");
    assertStringIncludes(repository.queueText(), '\n\t"tasks": [\n\t\t{');
  });
});

Deno.test("A queue that is half-saved for a moment while a worker runs disturbs nothing", async () => {
  await withRepository(async (repository) => {
    const { drain, release } = await holdDrain(repository);
    const text = repository.queueText();
    repository.writeQueue("");
    for (let look = 0; look < 8; look++) assertEquals((await repository.macp(["status"])).code, 5);
    repository.writeQueue(text.slice(0, 30));
    for (let look = 0; look < 8; look++) assertEquals((await repository.macp(["status"])).code, 5);
    repository.writeQueue(text);
    release();
    assertEquals((await drain.ended).code, 0);
    assertEquals(repository.task("slow").status, "completed");
  });
});

Deno.test("A queue that is broken when the worker ends: exit 5, untouched, and made good afterwards", async () => {
  await withRepository(async (repository) => {
    const { drain, release } = await holdDrain(repository);
    const text = repository.queueText();
    const broken = text.slice(0, -20);
    repository.writeQueue(broken);
    release();
    const ended = await drain.ended;
    assertEquals(ended.code, 5, ended.stdout);
    assertStringIncludes(ended.stderr, repository.state("tasks.json"));
    assertEquals(repository.queueText(), broken);
    repository.writeQueue(text);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.task("slow").status, "completed");
    // Either the verdict of the first attempt was kept, or that attempt is a lost one.
    const lost = textOf(repository.state("results", "attempts", "slow", "1.json"));
    const attempts = repository.task("slow").attempts;
    assertEquals(attempts, lost === null ? 1 : 2);
  });
});

Deno.test("A task that disappears from the queue while its worker runs comes back with its end", async () => {
  await withRepository(async (repository) => {
    const { drain, release } = await holdDrain(repository);
    repository.writeQueue([execTask("other", "true")]);
    release();
    const { code, stdout } = await drain.ended;
    assertEquals(code, 0);
    assertStringIncludes(stdout, "gone from tasks.json while it ran, and was put back");
    assertEquals(repository.readQueue().map(({ id, status }) => [id, status]), [
      ["other", "completed"],
      ["slow", "completed"],
    ]);
    assertEquals(JSON.parse(textOf(repository.state("state.json")) ?? "").running, {});
  });
});
