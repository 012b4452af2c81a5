import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { Git } from "../../../src/git/git.ts";
import { includedFiles, parseIgnored } from "../../../src/git/included_files.ts";
import { realWorld } from "../../../src/host/world.ts";

/** Calls `use` with git in a new repository that holds the files. */
async function withFiles(
  files: Record<string, string>,
  use: (git: Git) => Promise<void>,
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  const git = new Git({ ...realWorld(), env }, folder);
  try {
    await git.read(["init", "--quiet"]);
    for (const [name, text] of Object.entries(files)) {
      Deno.mkdirSync(join(folder, name, ".."), { recursive: true });
      Deno.writeTextFileSync(join(folder, name), text);
    }
    await use(git);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("includedFiles() gives what both git ignores and the patterns match", () =>
  withFiles({
    ".gitignore": ".env*\n*.key\n!kept.key\ncache/\n.mosaic/\n",
    ".worktreeinclude": "# local files\n.env*\n!.env.ci\n*.key\nplain\ncache/\n.mosaic/\n",
    ".env": "",
    ".env.ci": "",
    "deep/.env.local": "",
    "a.key": "",
    "kept.key": "",
    "plain": "",
    "ignored by nobody": "",
    "cache/deep/ä\n": "",
    "cache/:(glob)x": "",
    ":!y.key": "",
    ".mosaic/orchestrator/state.json": "",
    ".mosaic/other": "",
  }, async (git) => {
    assertEquals(
      new Set(await includedFiles(git, git.cwd)),
      new Set([
        ".env",
        "deep/.env.local",
        "a.key",
        "cache/deep/ä\n",
        "cache/:(glob)x",
        ":!y.key",
        ".mosaic/other",
      ]),
    );
  }));

Deno.test("includedFiles() leaves out what git tracks", () =>
  withFiles(
    { ".gitignore": "*.key\n", ".worktreeinclude": "*\n", "a.key": "", "b.key": "" },
    async (git) => {
      await git.read(["add", "--force", "a.key"]);
      assertEquals(await includedFiles(git, git.cwd), ["b.key"]);
    },
  ));

Deno.test("includedFiles() gives none when git ignores nothing of what matches", () =>
  withFiles({ ".worktreeinclude": "a.key\n", "a.key": "" }, async (git) => {
    assertEquals(await includedFiles(git, git.cwd), []);
  }));

Deno.test("includedFiles() gives none without the file, or when it is a folder", () =>
  withFiles({ ".gitignore": "*.key\n", "a.key": "" }, async (git) => {
    assertEquals(await includedFiles(git, git.cwd), []);
    Deno.mkdirSync(join(git.cwd, ".worktreeinclude"));
    assertEquals(await includedFiles(git, git.cwd), []);
  }));

Deno.test("parseIgnored() passes over negated patterns and paths without one", () => {
  const rows = [
    ".gitignore",
    "1",
    ".env*",
    "./.env",
    ".gitignore",
    "2",
    "!x",
    "./x",
    "",
    "",
    "",
    "./y",
  ];
  assertEquals(parseIgnored(`${rows.join("\0")}\0`), [".env"]);
});
