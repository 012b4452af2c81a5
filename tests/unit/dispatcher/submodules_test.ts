import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { bringSubmodules } from "../../../src/dispatcher/submodules.ts";
import { Git } from "../../../src/git/git.ts";
import { nestedWork } from "../../../src/git/nested_work.ts";
import { parseSubmodulePaths } from "../../../src/git/submodules.ts";
import { realWorld } from "../../../src/host/world.ts";

interface Place {
  folder: string;
  /** Git in the main checkout. */
  git: Git;
  /** Git in a new worktree. */
  worktree: Git;
}

const local = ["-c", "protocol.file.allow=always"];

/** A clone with a submodule in a submodule, all origins gone, and a new worktree of it. */
async function withSubmodules(
  use: (place: Place) => Promise<void>,
  cloneOptions: readonly string[] = ["--recurse-submodules"],
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "ma cp-ü-" }));
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = new Git({ ...realWorld(), env }, folder);
  const make = async (name: string, submodule?: [url: string, path: string]) => {
    const own = git.at(join(folder, name));
    await git.read(["init", "--quiet", "--initial-branch=main", name]);
    if (submodule) await own.read([...local, "submodule", "--quiet", "add", ...submodule]);
    Deno.writeTextFileSync(join(folder, name, "file"), `${name}\n`);
    await own.read(["add", "--all"]);
    await own.read(["commit", "--quiet", "--message", name]);
  };
  try {
    await make("inner");
    await make("lib", ["../inner", "deep/inner"]);
    await make("origin", ["../lib", "libs/lib x"]);
    await git.read([
      ...local,
      "clone",
      "--quiet",
      ...cloneOptions,
      `file://${folder}/origin`,
      "main",
    ]);
    for (const name of ["inner", "lib", "origin"]) {
      Deno.renameSync(join(folder, name), join(folder, `gone ${name}`));
    }
    const main = git.at(join(folder, "main"));
    await main.read(["worktree", "add", "--quiet", "-b", "work", "../work"]);
    await use({ folder, git: main, worktree: git.at(join(folder, "work")) });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("bringSubmodules() initialises at any depth when no origin can be reached", () =>
  withSubmodules(async ({ git, worktree, folder }) => {
    const config = Deno.readTextFileSync(join(git.cwd, ".git", "config"));
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
    const inner = join(worktree.cwd, "libs/lib x/deep/inner/file");
    assertEquals(Deno.readTextFileSync(inner), "inner\n");
    const lib = worktree.at(join(worktree.cwd, "libs/lib x"));
    assertEquals(await lib.read(["config", "remote.origin.url"]), `file://${folder}/lib\n`);
    assertEquals(await worktree.read(["status", "--porcelain"]), "");
    assertMatch(await worktree.read(["submodule", "status", "--recursive"]), /^ .*\n .*\n$/);
    assertEquals(Deno.readTextFileSync(join(git.cwd, ".git", "config")), config);
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
  }));

Deno.test("bringSubmodules() initialises when the main checkout's are shallow", () =>
  withSubmodules(async ({ git, worktree }) => {
    const lib = git.at(join(git.cwd, "libs/lib x"));
    assertEquals(await lib.read(["rev-parse", "--is-shallow-repository"]), "true\n");
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
    assertEquals(Deno.readTextFileSync(join(worktree.cwd, "libs/lib x/file")), "lib\n");
  }, ["--recurse-submodules", "--shallow-submodules"]));

Deno.test("bringSubmodules() leaves them empty when the main checkout has none", () =>
  withSubmodules(async ({ git, worktree }) => {
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
    assertEquals([...Deno.readDirSync(join(worktree.cwd, "libs/lib x"))], []);
  }, []));

Deno.test("bringSubmodules() warns, and leaves no change, when a commit is missing", () =>
  withSubmodules(async ({ git, worktree }) => {
    const missing = "1234567890123456789012345678901234567890";
    await worktree.read(["update-index", "--cacheinfo", `160000,${missing},libs/lib x`]);
    await worktree.read(["commit", "--quiet", "--message", "ahead"]);
    const warnings = await bringSubmodules(worktree, git.cwd);
    assertEquals(warnings.length, 1);
    assertMatch(warnings[0] ?? "", /libs\/lib x is empty.*1234567890/);
    assertEquals(await worktree.read(["status", "--porcelain"]), "");
  }));

Deno.test("bringSubmodules() overwrites nothing that stands in a submodule's folder", () =>
  withSubmodules(async ({ git, worktree }) => {
    const file = join(worktree.cwd, "libs/lib x/mine");
    Deno.writeTextFileSync(file, "mine");
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
    assertEquals(Deno.readTextFileSync(file), "mine");
  }));

Deno.test("nestedWork() finds none in submodules as they were brought", () =>
  withSubmodules(async ({ git, worktree }) => {
    assertEquals(await nestedWork(worktree), []);
    await bringSubmodules(worktree, git.cwd);
    assertEquals(await nestedWork(worktree), []);
  }));

Deno.test("nestedWork() names changes and commits at any depth, also left by HEAD", () =>
  withSubmodules(async ({ git, worktree }) => {
    await bringSubmodules(worktree, git.cwd);
    const lib = worktree.at(join(worktree.cwd, "libs/lib x"));
    const inner = worktree.at(join(lib.cwd, "deep/inner"));
    const start = (await inner.read(["rev-parse", "HEAD"])).trim();
    await inner.read(["commit", "--quiet", "--allow-empty", "--message", "work"]);
    await inner.read(["checkout", "--quiet", start]);
    assertEquals(await nestedWork(worktree), ["libs/lib x/deep/inner (1 commit of its own)"]);
    Deno.writeTextFileSync(join(lib.cwd, "new"), "");
    assertEquals(await nestedWork(worktree), [
      "libs/lib x (uncommitted changes)",
      "libs/lib x/deep/inner (1 commit of its own)",
    ]);
  }));

Deno.test("nestedWork() counts no commit that the main checkout's submodule has", () =>
  withSubmodules(async ({ git, worktree }) => {
    const main = git.at(join(git.cwd, "libs/lib x"));
    await main.read(["commit", "--quiet", "--allow-empty", "--message", "local"]);
    const commit = (await main.read(["rev-parse", "HEAD"])).trim();
    await worktree.read(["update-index", "--cacheinfo", `160000,${commit},libs/lib x`]);
    await worktree.read(["commit", "--quiet", "--message", "ahead"]);
    assertEquals(await bringSubmodules(worktree, git.cwd), []);
    assertEquals(await nestedWork(worktree), []);
  }));

Deno.test("nestedWork() finds a repository that was added as a commit alone", () =>
  withSubmodules(async ({ worktree }) => {
    const inner = worktree.at(join(worktree.cwd, "own"));
    await worktree.read(["init", "--quiet", "own"]);
    await inner.read(["commit", "--quiet", "--allow-empty", "--message", "work"]);
    await worktree.read(["add", "own"]);
    assertEquals(await nestedWork(worktree), ["own (1 commit of its own)"]);
  }));

Deno.test("parseSubmodulePaths() passes over names that leave their folder", () => {
  const entry = (name: string) => `submodule.${name}.path\nx\0`;
  const output = ["../a", "a/../b", "/c", "d..e", "f.path"].map(entry).join("");
  assertEquals(parseSubmodulePaths(output).map(({ name }) => name), ["d..e", "f.path"]);
});
