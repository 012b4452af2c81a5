import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, fingerprint, type Repository, until, withRepository } from "./harness.ts";

const fixture = join(import.meta.dirname ?? ".", "..", "fixtures", "legacy", "TASKS.legacy.md");

/** What `macp sync --json` prints, as far as tests look at it. */
interface Synced {
  added: { id: string }[];
  changed: { id: string; changes: { field: string; old: unknown; new: unknown }[] }[];
  unchanged: string[];
  skipped: { id: string; line: number; reason: string }[];
  cells: { id: string; field: string; old: string; new: string }[];
}

function writeTable(repository: Repository, text: string): void {
  Deno.mkdirSync(join(repository.path, "docs"), { recursive: true });
  repository.write("docs/TASKS.md", text);
}

function tableText(repository: Repository): string {
  return Deno.readTextFileSync(join(repository.path, "docs", "TASKS.md"));
}

async function sync(repository: Repository, ...args: string[]): Promise<void> {
  const { code, stderr } = await repository.macp(["sync", ...args]);
  assertEquals([code, stderr], [0, ""], args.join(" "));
}

Deno.test("macp sync takes the older table over as legacy tasks, and a second sync changes nothing", async () => {
  await withRepository(async (repository) => {
    const text = Deno.readTextFileSync(fixture);
    writeTable(repository, text);

    const before = fingerprint(repository.path);
    const shown = await repository.macp(["sync"]);
    assertEquals(shown.code, 0);
    assertStringIncludes(shown.stdout, "+ MS-SEC-002: Escape `a | b` in titles (pending, legacy)");
    assertStringIncludes(shown.stdout, "would add 3");
    assertStringIncludes(shown.stdout, "--apply");
    assert(fingerprint(repository.path) === before, "a byte changed");

    await sync(repository, "--apply");
    const tasks = repository.readQueue();
    assertEquals(tasks.map(({ id, status, title }) => [id, status, title]), [
      ["MS-SEC-001", "completed", "Rotate keys"],
      ["MS-SEC-002", "pending", "Escape `a | b` in titles"],
      ["MS-SEC-003", "pending", "Harden headers"],
    ]);
    assertEquals(tasks.map((task) => Object.hasOwn(task, "dispatch")), [false, false, false]);
    assertEquals(repository.task("MS-SEC-003").depends_on, ["MS-SEC-001", "MS-SEC-002"]);

    const after = fingerprint(repository.path);
    await sync(repository, "--apply");
    await sync(repository, "--apply", "--write-back");
    const again = await repository.json<Synced>(["sync"]);
    assertEquals([again.added, again.changed, again.cells], [[], [], []]);
    assertEquals(again.unchanged.length, 3);
    assert(fingerprint(repository.path) === after, "a byte changed");
    assertEquals(tableText(repository), text);
  });
});

Deno.test("macp sync takes MACP columns over, and a row without dispatch runs as a legacy task", async () => {
  await withRepository(async (repository) => {
    writeTable(
      repository,
      "| ID | Status | Title | type | dispatch | runtime | branch | command | depends_on | pr |\n" +
        "|---|---|---|---|---|---|---|---|---|---|\n" +
        "| old | not-started | Old | — |  |  |  | `echo old > ran-old` |  |  |\n" +
        "| new | in-progress | New | documentation | exec | codex | docs/new | echo new > ran-new | old |  |\n" +
        "| bad | not-started | Bad | research | exec |  |  | exit 7 |  | #1 |\n" +
        "| behind | blocked | Behind |  |  |  |  |  | bad | — |\n",
    );
    await sync(repository, "--apply");
    assertEquals(repository.task("new"), {
      id: "new",
      title: "New",
      status: "pending",
      type: "documentation",
      dispatch: "exec",
      runtime: "codex",
      command: "echo new > ran-new",
      branch: "docs/new",
      depends_on: ["old"],
      metadata: { source: "docs/TASKS.md" },
    });
    assert(!Object.hasOwn(repository.task("old"), "dispatch"));

    assertEquals((await repository.macp(["drain", "--quiet"])).code, 1);
    assertEquals(repository.eventTypes("old").includes("task.gated"), false);
    assertEquals(repository.eventTypes("new").includes("task.gated"), true);
    assertEquals(Deno.readTextFileSync(join(repository.path, "ran-old")), "old\n");
    assertEquals(await repository.git("show", "docs/new:ran-new"), "new");

    const queue = repository.queueText();
    const table = tableText(repository);
    await sync(repository, "--apply");
    assertEquals(repository.queueText(), queue);
    assertEquals(tableText(repository), table);
    assertStringIncludes((await repository.macp(["sync"])).stdout, "3 cells of the table lag");

    await sync(repository, "--write-back");
    assertEquals(
      tableText(repository),
      table.replace("| old | not-started |", "| old | done |")
        .replace("| new | in-progress |", "| new | done |")
        .replace("| bad | not-started |", "| bad | failed |"),
    );
    assertEquals(repository.queueText(), queue);
    const bytes = fingerprint(repository.path);
    await sync(repository, "--apply", "--write-back");
    assert(fingerprint(repository.path) === bytes, "a byte changed");
  });
});

Deno.test("macp sync --write-back keeps mode, link, line ends and every other byte", async () => {
  await withRepository(async (repository) => {
    const text =
      "\ufeff# Plan\r\n\r\n| id | status      | pr  |\r\n|:---|:-----------:|----:|\r\n" +
      "| a  | not-started |     |\r\n| b  | In Progress | #3  |\r\n\r\nafter | the table\t \r\n";
    Deno.mkdirSync(join(repository.path, "docs"));
    repository.write("docs/real.md", text);
    Deno.chmodSync(join(repository.path, "docs", "real.md"), 0o640);
    Deno.symlinkSync("real.md", join(repository.path, "docs", "TASKS.md"));
    repository.writeQueue([
      execTask("a", "true", { status: "completed", attempts: 1, pr: "https://forge/pr/1|2" }),
      execTask("b", "true", { status: "escalated", attempts: 1 }),
    ]);

    await sync(repository, "--write-back");

    assertEquals(
      tableText(repository),
      text.replace("| a  | not-started |     |", "| a  | done        | https://forge/pr/1\\|2 |")
        .replace("| In Progress |", "| blocked     |"),
    );
    const real = Deno.lstatSync(join(repository.path, "docs", "real.md"));
    assertEquals((real.mode ?? 0) & 0o777, 0o640);
    assert(Deno.lstatSync(join(repository.path, "docs", "TASKS.md")).isSymlink);
    assertEquals([...Deno.readDirSync(join(repository.path, "docs"))].length, 2);
  });
});

Deno.test("macp sync --write-back leaves alone what lies outside the repository", async () => {
  await withRepository(async (repository) => {
    const text = "| id | status |\n|--|--|\n| a | not-started |\n";
    const outside = repository.outside("TASKS.md");
    Deno.writeTextFileSync(outside, text);
    Deno.symlinkSync(outside, join(repository.path, "linked.md"));
    repository.writeQueue([execTask("a", "true", { status: "completed", attempts: 1 })]);
    for (const docs of [outside, "linked.md", "../TASKS.md"]) {
      const { code, stderr } = await repository.macp(["sync", "--write-back", "--docs", docs]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, "outside the repository");
      assertEquals((await repository.macp(["sync", "--docs", docs])).code, 0);
    }
    assertEquals(Deno.readTextFileSync(outside), text);
  });
});

Deno.test("macp sync refuses a wrong table with each place, and changes nothing", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("Kept", "true")]);
    writeTable(
      repository,
      "| id | status | depends_on | dispatch |\n|--|--|--|--|\n" +
        "| good | not-started | | |\n| a | wip | | |\n| a | done | | ssh |\n" +
        "| A | done | | |\n| ../x | done | | |\n",
    );
    const before = fingerprint(repository.path);
    const first = await repository.macp(["sync", "--apply", "--write-back"]);
    assertEquals(first.code, 2);
    for (
      const fault of [
        'docs/TASKS.md:4:7: status: "wip" is none of not-started, in-progress, done, blocked, failed, needs-qa',
        'docs/TASKS.md:5:3: id: "a" is the id of line 4 too',
        'docs/TASKS.md:5:16: dispatch: "ssh" is none of yolo, acp, exec',
        'docs/TASKS.md:6:3: id: "A" differs in letter case only from a in line 4 too',
        'docs/TASKS.md:7:3: id: "../x" does not match',
      ]
    ) assertStringIncludes(first.stderr, fault);

    const wrong = [
      ["| b | done | nobody |", "names no task of the table or the queue: nobody"],
      ["| b | done | c |\n| c | done | b |", "forms a cycle: b → c → b"],
      ["| kept | done | |", "differs in letter case only from Kept of the queue"],
      ["| b | done | x | y |", "a bar inside a cell is written \\|"],
    ];
    for (const [rows = "", says = ""] of wrong) {
      writeTable(repository, `| id | status | depends_on |\n|--|--|--|\n${rows}\n`);
      const { code, stderr } = await repository.macp(["sync", "--apply"]);
      assertEquals(code, 2, rows);
      assertStringIncludes(stderr, says);
      assertStringIncludes(stderr, "docs/TASKS.md:3:");
    }
    Deno.removeSync(join(repository.path, "docs"), { recursive: true });
    const missing = await repository.macp(["sync"]);
    assertEquals(missing.code, 2);
    assertStringIncludes(missing.stderr, "--docs FILE");
    writeTable(repository, "# No table\n");
    assertEquals((await repository.macp(["sync", "--json"])).code, 2);
    Deno.removeSync(join(repository.path, "docs"), { recursive: true });
    const others = before.split("\n").filter((line) => !line.includes("/docs/")).join("\n");
    assert(fingerprint(repository.path) === others, "a byte changed");
  });
});

Deno.test("macp sync takes no command away, and adds no exec task without one", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("a", "true", { title: "A" })]);
    const columns = "| id | status | title | dispatch | command |\n|--|--|--|--|--|\n";
    writeTable(repository, `${columns}| a | not-started | A | exec | |\n`);
    const before = repository.queueText();
    const kept = await repository.macp(["sync", "--apply"]);
    assertEquals(kept.code, 0, kept.stderr);
    assertStringIncludes(kept.stdout, "command: the cell is empty, that of the queue stays");
    assertEquals(repository.queueText(), before);
    writeTable(
      repository,
      `${columns}| a | not-started | A | exec | true |\n| b | not-started | B | exec | |\n`,
    );
    const refused = await repository.macp(["sync", "--apply"]);
    assertEquals(refused.code, 2, refused.stdout);
    assertStringIncludes(refused.stderr, "docs/TASKS.md:4:");
    assertStringIncludes(refused.stderr, "command");
    assertStringIncludes(refused.stderr, "is missing, and dispatch exec needs one");
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("macp sync --dry-run changes no byte, whatever else it is told", async () => {
  await withRepository(async (repository) => {
    writeTable(repository, "| id | status |\n|--|--|\n| a | not-started |\n| b | done |\n");
    repository.writeQueue([execTask("a", "true", { status: "failed", attempts: 1 })]);
    const before = fingerprint(repository.folder);
    for (const json of [[], ["--json"]]) {
      const { code, stdout } = await repository.macp(
        ["sync", "--apply", "--write-back", "--dry-run", ...json],
      );
      assertEquals(code, 0);
      assertStringIncludes(stdout, json.length > 0 ? '"applied": false' : "would add 1");
      assertStringIncludes(stdout, json.length > 0 ? '"wrote_back": false' : "would write 1 cell");
      assert(fingerprint(repository.folder) === before, "a byte changed");
    }
  });
});

Deno.test("macp sync keeps fields, numbers and key order of the queue that the table has not", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue(
      '{"note": 1.50, "tasks": [{"title":"Old", "x": 1e3, "id":"a","status":"pending"}], "z": []}',
    );
    writeTable(repository, "| id | status | title |\n|--|--|--|\n| a | not-started | New |\n");
    await sync(repository, "--apply");
    assertEquals(
      repository.queueText(),
      '{"note": 1.50, "tasks": [{"title":"New", "x": 1e3, "id":"a","status":"pending"}], "z": []}',
    );
  });
});

Deno.test("macp sync --apply beside submissions and a drain loses nothing", async () => {
  await withRepository(async (repository) => {
    const go = repository.outside("go");
    const rows = Array.from({ length: 40 }, (_, i) => `| row-${i} | not-started | echo > ${i} |`);
    const table = "| id | status | command |\n|--|--|--|\n";
    repository.writeQueue([
      execTask("gate", `while [ ! -e ${go} ]; do sleep 0.02; done`, { worktree: "." }),
    ]);
    const drain = repository.start(["drain", "--quiet"]);
    await until("the drain at work", () => repository.eventTypes("gate").includes("task.started"));
    const submissions = Array.from({ length: 3 }, async (_, writer) => {
      for (let i = 0; i < 10; i++) {
        await repository.submit(`w${writer}-${i}`, "true", "--worktree", ".");
      }
    });
    for (let count = 4; count <= rows.length; count += 4) {
      writeTable(repository, `${table}${rows.slice(0, count).join("\n")}\n`);
      await sync(repository, "--apply", "--quiet");
    }
    await Promise.all(submissions);
    Deno.writeTextFileSync(go, "");
    assertEquals((await drain.ended).code, 0);
    assertEquals((await repository.macp(["drain", "--quiet"])).code, 0);

    const tasks = repository.readQueue();
    assertEquals(tasks.length, 71);
    assertEquals(tasks.filter(({ status }) => status !== "completed"), []);
    await sync(repository, "--write-back");
    assertEquals(tableText(repository).match(/\| done \|/g)?.length, 40);
  });
});

Deno.test("macp sync --write-back keeps a secret that a worker named as its pull request out", async () => {
  await withRepository(async (repository) => {
    const token = "tok-marker-4711-abcdef";
    writeTable(repository, "| id | status | pr |\n|--|--|--|\n| a | not-started | — |\n");
    repository.writeQueue([
      execTask("a", "true", { status: "completed", attempts: 1, pr: `https://x/?t=${token}` }),
    ]);
    const env = { FORGE_TOKEN: token };
    const { code, stdout } = await repository.macp(["sync", "--write-back"], { env });
    assertEquals(code, 0);
    assertStringIncludes(tableText(repository), "[redacted:FORGE_TOKEN]");
    assert(!tableText(repository).includes(token) && !stdout.includes(token));
  });
});
