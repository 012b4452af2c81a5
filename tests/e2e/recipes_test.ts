import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import {
  execTask,
  inFolder,
  macpPath,
  Repository,
  startProgram,
  withRepository,
} from "./harness.ts";

const root = join(import.meta.dirname ?? "", "..", "..");
const readme = Deno.readTextFileSync(join(root, "README.md"));

/** The fenced block of the README that holds `text`, as its lines. */
function blockWith(text: string): string[] {
  const blocks = readme.split(/^```/m).filter((_, at) => at % 2 === 1);
  const block = blocks.find((one) => one.includes(text));
  assert(block, `no block with ${text}`);
  return block.split("\n").slice(1).filter((line) => line !== "");
}

Deno.test("What README.md says of the first five minutes runs as it stands, in an empty home", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state(), { recursive: true });
    const bin = repository.outside("bin");
    Deno.mkdirSync(bin);
    Deno.symlinkSync(macpPath, join(bin, "macp"));
    const lines = blockWith("macp init --enable");
    assertEquals(lines.length, 7);
    const env = { HOME: repository.env.HOME ?? "", PATH: `${bin}:/usr/bin:/bin` };
    for (const line of lines) {
      const ran = await startProgram("sh", ["-c", line], { cwd: repository.path, env }).ended;
      assertEquals([ran.code, ran.stderr], [0, ""], `${line}\n${ran.stdout}`);
    }
    assertEquals(repository.readQueue().map(({ status }) => status), ["completed", "completed"]);
  });
});

Deno.test("The lines for cron run with what cron gives them, and print nothing", async () => {
  await withRepository(async (repository) => {
    const home = repository.env.HOME ?? "";
    Deno.mkdirSync(join(home, ".local", "bin"), { recursive: true });
    Deno.symlinkSync(macpPath, join(home, ".local", "bin", "macp"));
    Deno.symlinkSync(repository.path, join(home, "project"));
    const help = await repository.macp(["help", "recipes"]);
    const fromHelp = help.stdout.split("\n").map((line) => line.trim());
    const lines = blockWith("*/10 * *").filter((line) => line.startsWith("*/"));
    assertEquals(fromHelp.filter((line) => line.startsWith("*/")), lines);
    assertEquals(lines.length, 2);
    repository.writeQueue([execTask("t", "echo hi > hi")]);
    for (const line of lines) {
      const command = line.replace(/^(?:\S+\s+){5}/, "");
      const env = { HOME: home, PATH: "/usr/bin:/bin", SHELL: "/bin/sh" };
      const ran = await startProgram("/bin/sh", ["-c", command], { cwd: home, env }).ended;
      assertEquals(ran, { code: 0, stdout: "", stderr: "" }, command);
    }
    assertEquals(repository.task("t").status, "completed");
    assertStringIncludes((await repository.macp(["watch", "--once", "--since", "1h"])).stdout, "t");
  });
});

Deno.test("The step of CI runs in a fresh clone that holds settings and table", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "README.md": "x\n" });
    Deno.removeSync(repository.state(), { recursive: true });
    await repository.macp(["init", "--enable"]);
    Deno.removeSync(repository.state("tasks.json"));
    Deno.mkdirSync(join(repository.path, "docs"));
    const row = "| A | not-started | Say hello | exec | echo hello > hello.txt |";
    await repository.commit({
      "docs/TASKS.md": `| id | status | title | dispatch | command |\n|-|-|-|-|-|\n${row}\n`,
    });
    await repository.git("clone", "--quiet", repository.path, repository.outside("clone"));
    const home = repository.env.HOME ?? "";
    Deno.mkdirSync(join(home, ".local", "bin"), { recursive: true });
    Deno.symlinkSync(macpPath, join(home, ".local", "bin", "macp"));
    const [step] = blockWith("macp sync --apply").filter((line) => line.includes("sync --apply"));
    const env = { HOME: home, PATH: "/usr/bin:/bin" };
    const command = (step ?? "").replace("- run: ", "");
    const cwd = repository.outside("clone");
    const ran = await startProgram("sh", ["-c", command], { cwd, env }).ended;
    assertEquals(ran.code, 0, ran.stderr);
    const events = Deno.readTextFileSync(join(cwd, "events.ndjson"));
    assertStringIncludes(events, '"task.completed"');
  });
});

Deno.test("init says what is missing, where worktrees go, what to commit and what to type", async () => {
  await inFolder(async (folder) => {
    const repository = new Repository(folder);
    await repository.git("init", "--quiet", "--initial-branch=trunk");
    const first = await repository.macp(["init", "--enable"]);
    assertEquals([first.code, first.stderr], [0, ""]);
    assertStringIncludes(first.stdout, "has no commit yet");
    assertStringIncludes(first.stdout, "git commit --allow-empty");
    assertStringIncludes(first.stdout, join(repository.env.HOME ?? "", "src/project-worktrees"));
    assertMatch(first.stdout, /to commit: .*config\.json/);
    const config = Deno.readTextFileSync(repository.state("config.json"));
    assertStringIncludes(config, '"base_ref": "trunk"');
    await repository.git("commit", "--quiet", "--allow-empty", "--message", "start");
    const next = /^next: ((?:.*\\\n)*.*)$/m.exec(first.stdout)?.[1] ?? "";
    const line = next.replace(/^macp /, `'${macpPath}' `);
    const typed = await startProgram("sh", ["-c", line], {
      cwd: repository.path,
      env: repository.env,
    }).ended;
    assertEquals([typed.code, typed.stderr], [0, ""], line);
    const drained = await repository.macp(["drain"]);
    assertEquals([drained.code, drained.stderr], [0, ""]);
    const shown = await repository.macp(["show", "TASK-1"]);
    assert(!shown.stdout.includes("does not exist"), shown.stdout);
    const again = await repository.macp(["init"]);
    assert(!again.stdout.includes("no commit"), again.stdout);
  });
});

Deno.test("init leaves the base alone where the repository has a remote", async () => {
  await withRepository(async (repository) => {
    Deno.removeSync(repository.state(), { recursive: true });
    await repository.git("remote", "add", "origin", repository.outside("origin.git"));
    await repository.macp(["init"]);
    const config = Deno.readTextFileSync(repository.state("config.json"));
    assertStringIncludes(config, '"base_ref": "origin/main"');
  });
});
