import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { commitAll, execTask, type Repository, textOf, withRepository } from "./harness.ts";

const manifest = (scripts: Record<string, string>, more: Record<string, unknown> = {}) =>
  `${JSON.stringify({ name: "p", version: "1.0.0", scripts, ...more }, null, 2)}\n`;

/** A repository whose tests are red, with a stand-in of npm that runs the test script. */
async function withTests(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    Deno.mkdirSync(repository.outside("bin"));
    const npm = repository.outside("bin", "npm");
    const script = '#!/bin/sh\neval "$(sed -n \'s/.*"test": "\\(.*\\)".*/\\1/p\' package.json)"\n';
    Deno.writeTextFileSync(npm, script, { mode: 0o755 });
    repository.env.PATH = `${repository.outside("bin")}:${repository.env.PATH}`;
    await repository.commit({ "package.json": manifest({ test: "exit 1" }) });
    await test(repository);
  });
}

/** A worker that replaces a file by a text. */
function writes(file: string, text: string, more = ""): string {
  return `cat > ${file} <<'END'\n${text}\nEND\n${more}`;
}

const weakened = writes("package.json", manifest({ test: "true" }));

Deno.test("show 6: a worker that edits package.json's test script to true is reported", async () => {
  await withTests(async (repository) => {
    repository.writeQueue([execTask("t", weakened, { quality_gates: ["npm test"] })]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    const { metadata } = repository.result("t");
    assertEquals(metadata?.gate_files_changed, ["package.json"]);
    assertStringIncludes(
      metadata?.warnings?.join("\n") ?? "",
      "Worker changed files that decide what gates check: package.json",
    );
  });
});

Deno.test("show 6: with block it escalates at once, and no gate runs", async () => {
  await withTests(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const asked = repository.outside("asked");
    repository.writeQueue([
      execTask("t", weakened, { max_attempts: 3, quality_gates: [`echo x >> ${asked}`] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    const { status, escalation_reason, metadata, attempt } = repository.result("t");
    assertEquals([status, metadata?.outcome, attempt], ["escalated", "gate_files_blocked", 1]);
    assertStringIncludes(escalation_reason ?? "", "package.json");
    assertEquals(metadata?.gates, []);
    assertEquals(textOf(asked), null);
    assertEquals(repository.eventTypes("t").at(-1), "task.escalated");
    assertEquals(repository.eventTypes("t").includes("task.gated"), false);
    // What it did is kept, for a person to look at.
    const branch = repository.task("t").branch ?? "";
    assertStringIncludes(await repository.git("show", `${branch}:package.json`), '"true"');
  });
});

Deno.test("A dependency that is added to package.json is no change of what gates check", async () => {
  await withTests(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const more = { dependencies: { a: "^1.0.0" }, version: "1.1.0" };
    repository.writeQueue([
      execTask("t", writes("package.json", manifest({ test: "exit 1" }, more)), {
        quality_gates: ["test -s package.json"],
      }),
      execTask("none", "echo hi > src.ts"),
      execTask("idle", "true"),
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    for (const id of ["t", "none", "idle"]) {
      assertEquals(repository.result(id).metadata?.gate_files_changed, [], id);
    }
  });
});

Deno.test("The script that a gate's command names counts, also behind a link, and configuration of tests", async () => {
  await withRepository(async (repository) => {
    Deno.mkdirSync(`${repository.path}/ci`);
    Deno.symlinkSync("real.sh", `${repository.path}/ci/linked.sh`);
    await repository.commit({
      "check.sh": "exit 0\n",
      "ci/real.sh": "exit 0\n",
      "pyproject.toml": "[project]\nname = 'p'\n[tool.pytest.ini_options]\naddopts = '-q'\n",
    });
    const gates = ["sh ./check.sh", "cd ci && sh linked.sh"];
    const task = (id: string, command: string) => execTask(id, command, { quality_gates: gates });
    repository.writeQueue([
      task("script", "echo : >> check.sh"),
      task("linked", "echo : >> ci/real.sh"),
      task("removed", "git rm -q check.sh; mkdir -p .github/workflows; touch .github/workflows/x"),
      task("toml", "printf '[tool.ruff.lint]\\nignore = [\"ALL\"]\\n' >> pyproject.toml"),
      task("committed", `mkdir t; touch t/conftest.py; ${commitAll}`),
      task("other", "echo : > other.sh; echo 'x = 1' >> ci/notes"),
    ]);
    await repository.macp(["drain"]);
    const changed = (id: string) => repository.result(id).metadata?.gate_files_changed;
    assertEquals(changed("script"), ["check.sh"]);
    assertEquals(changed("linked"), ["ci/real.sh"]);
    assertEquals(changed("removed"), [".github/workflows/x", "check.sh"]);
    assertEquals(changed("toml"), ["pyproject.toml"]);
    assertEquals(changed("committed"), ["t/conftest.py"]);
    assertEquals(changed("other"), []);
  });
});

Deno.test("A new file at which a gate only looks is the work; one that it runs, or that was there, counts", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "kept.txt": "old\n" });
    const task = (id: string, command: string, ...quality_gates: string[]) =>
      execTask(id, command, { quality_gates });
    repository.writeQueue([
      task("looks", "echo right > answer.txt", "grep -qx right answer.txt || { echo no; exit 1; }"),
      task("runs", "echo exit 0 > check.sh", "sh check.sh"),
      task("piped", "echo exit 0 > check.txt", "cat check.txt | sh"),
      task("both", "echo exit 0 > check.txt", "test -s check.txt", "sh check.txt"),
      task("there", "echo new > kept.txt", "grep -q new kept.txt"),
      task("config", "echo > jest.config.js", "test -s jest.config.js"),
      { ...task("checkout", "echo x > new.txt", "test -s new.txt"), worktree: "." },
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    const changed = (id: string) => repository.result(id).metadata?.gate_files_changed;
    assertEquals(changed("looks"), []);
    assertEquals(changed("runs"), ["check.sh"]);
    assertEquals(changed("piped"), ["check.txt"]);
    assertEquals(changed("both"), ["check.txt"]);
    assertEquals(changed("there"), ["kept.txt"]);
    assertEquals(changed("config"), ["jest.config.js"]);
    assertEquals(changed("checkout"), []);
  });
});

Deno.test("Globs of the configuration replace the built-in list, one that is none is told before the worker", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "Makefile": "all:\n", "gate.sh": "exit 0\n" });
    repository.writeConfig({ macp: { gate_files: ["rules/**", "*.lock"] } });
    const worker = "mkdir -p rules/a a; touch rules/a/b a/x.lock; echo : | tee -a Makefile gate.sh";
    repository.writeQueue([execTask("t", worker, { quality_gates: ["sh gate.sh"] })]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(repository.result("t").metadata?.gate_files_changed, [
      "a/x.lock",
      "gate.sh",
      "rules/a/b",
    ]);

    repository.writeConfig({ macp: { gate_files: ["[z-a]"] } });
    const began = repository.outside("began");
    repository.writeQueue([execTask("bad", `touch ${began}`)]);
    assertEquals((await repository.macp(["drain"])).code, 3);
    assertStringIncludes(repository.result("bad").error ?? "", "[z-a]");
    assertEquals(textOf(began), null);
  });
});

Deno.test("In the main checkout what is not committed counts, what was there before does not", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "Makefile": "all:\n", "justfile": "all:\n", "tox.ini": "" });
    repository.write("justfile", "mine:\n");
    repository.write("tox.ini", "[mine]\n");
    const worker = "echo x: >> Makefile; echo y >> tox.ini; touch conftest.py";
    repository.writeQueue([
      execTask("t", worker, { worktree: ".", quality_gates: ["true"] }),
      { id: "legacy", title: "Legacy", status: "pending", command: "touch ruff.toml" },
    ]);
    const ran = await repository.macp(["drain"]);
    assertEquals(ran.code, 0, ran.stdout);
    const changed = (id: string) => repository.result(id).metadata?.gate_files_changed;
    assertEquals(changed("t"), ["Makefile", "conftest.py", "tox.ini"]);
    assertEquals(changed("legacy"), null);
  });
});

Deno.test("A worker that failed is reported too, and block takes nothing from its retries", async () => {
  await withRepository(async (repository) => {
    repository.writeConfig({ macp: { gate_files_policy: "block" } });
    const worker = `if [ $MACP_ATTEMPT = 1 ]; then touch Makefile; ${commitAll}; exit 9; fi; ` +
      "git rm -q Makefile";
    repository.writeQueue([
      execTask("t", worker, { max_attempts: 2, quality_gates: ["true"] }),
    ]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const { metadata } = repository.attemptResult("t", 1);
    assertEquals([metadata?.outcome, metadata?.gate_files_changed], ["worker_failed", [
      "Makefile",
    ]]);
    assertEquals(repository.result("t").metadata?.gate_files_changed, []);
    assert(repository.log("t", 2).includes("gate passed"));
  });
});

for (const file of [".npmrc", ".yarnrc.yml", ".pnpmfile.cjs", "bunfig.toml", "sub/.npmrc"]) {
  Deno.test(`A worker that writes ${file}, which decides how scripts run, is blocked`, async () => {
    await withRepository(async (repository) => {
      repository.writeConfig({ macp: { gate_files_policy: "block" } });
      const command = `mkdir -p sub; echo script-shell=/bin/true > ${file}`;
      repository.writeQueue([execTask("t", command, { quality_gates: ["true"] })]);
      assertEquals((await repository.macp(["drain"])).code, 3);
      assertEquals(repository.result("t").metadata?.gate_files_changed, [file]);
    });
  });
}
