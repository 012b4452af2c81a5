import { assertEquals, assertThrows } from "@std/assert";
import { builtInGateFiles } from "../../../src/gates/built_in_gate_files.ts";
import { commandPaths } from "../../../src/gates/command_paths.ts";
import { findGateFiles } from "../../../src/gates/gate_files.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const wholeOf = (files: string[], globs: string[] | null = null, commands: string[] = []) =>
  findGateFiles(files, globs, commands.map((command) => commandPaths(command, "/w/t"))).whole;

Deno.test("findGateFiles() finds pipelines, test configuration and hooks of the built-in list", () => {
  const files = [
    ".github/workflows/ci.yml",
    ".github/workflows/deep/ci.yml",
    ".gitlab-ci.yml",
    ".woodpecker.yml",
    ".woodpecker/test.yml",
    "Jenkinsfile",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    ".buildkite/pipeline.yml",
    "jest.config.mjs",
    "packages/a/vitest.config.ts",
    "conftest.py",
    "tests/deep/conftest.py",
    "phpunit.xml.dist",
    "Makefile",
    "sub/justfile",
    "Taskfile.yml",
    ".eslintrc",
    ".eslintrc.cjs",
    "eslint.config.js",
    "biome.json",
    "tsconfig.json",
    "tsconfig.build.json",
    "ruff.toml",
    ".golangci.yml",
    ".pre-commit-config.yaml",
    ".husky/pre-commit",
    "lefthook.yml",
    "codecov.yml",
    "clippy.toml",
  ];
  assertEquals(wholeOf(files), files);
});

Deno.test("findGateFiles() leaves ordinary work alone", () => {
  const files = [
    "src/main.ts",
    "tests/main_test.ts",
    "README.md",
    ".gitignore",
    "docs/Makefile.md",
    "src/jest.config.d/readme",
    "src/workflows/ci.yml",
    "other/.github/workflows/ci.yml",
    "package-lock.json",
    "deno.lock",
    "xMakefile",
  ];
  assertEquals(findGateFiles(files, null, []), { whole: [], manifests: [], lookedAt: [] });
});

Deno.test("findGateFiles() tells manifests apart, of which a part counts", () => {
  const files = ["package.json", "a/b/pyproject.toml", "constructor"];
  const named = [commandPaths("ruff --config package.json", "/w/t")];
  const { whole, manifests } = findGateFiles(files, null, named);
  assertEquals(whole, []);
  assertEquals(manifests.map(({ path, manifest }) => `${path} ${manifest.format}`), [
    "package.json json",
    "a/b/pyproject.toml toml",
  ]);
});

Deno.test("findGateFiles() takes globs of the configuration in the place of the list", () => {
  const files = ["Makefile", "package.json", "ci/a.sh", "ci/b/c.sh", "x/ci/d.sh", "x/gate.yml"];
  assertEquals(wholeOf(files, []), []);
  assertEquals(findGateFiles(files, [], []).manifests, []);
  assertEquals(wholeOf(files, ["ci/*.sh"]), ["ci/a.sh"]);
  assertEquals(wholeOf(files, ["ci/"]), ["ci/a.sh", "ci/b/c.sh"]);
  assertEquals(wholeOf(files, ["./ci/**"]), ["ci/a.sh", "ci/b/c.sh"]);
  assertEquals(wholeOf(files, ["/Makefile"]), ["Makefile"]);
  assertEquals(wholeOf(files, ["**/*.sh"]), ["ci/a.sh", "ci/b/c.sh", "x/ci/d.sh"]);
  assertEquals(wholeOf(files, ["gate.{yml,json}", "package.json"]), ["package.json", "x/gate.yml"]);
  assertThrows(() => wholeOf(files, ["[z-a]"]), MacpError, "macp.gate_files");
});

Deno.test("findGateFiles() finds what a gate's own command names", () => {
  const named: [string, string][] = [
    ["./check.sh", "check.sh"],
    ["bash scripts/test.sh --fast", "scripts/test.sh"],
    ["node tools/check.mjs && true", "tools/check.mjs"],
    ["node tools/check", "tools/check.js"],
    ["node ./check", "check.js"],
    ["cd web && ./check.sh", "web/check.sh"],
    ["make -C build -f ci.mk test", "build/ci.mk"],
    ["npm --prefix web run x; sh run.sh", "web/run.sh"],
    ['sh "$MACP_WORKTREE/ci/all.sh"', "ci/all.sh"],
    ["sh ${MACP_WORKTREE}/ci/all.sh", "ci/all.sh"],
    ["sh /w/t/ci/all.sh", "ci/all.sh"],
    ["for f in ci/*.sh; do sh $f; done", "ci/one.sh"],
    ["python3 -m tools.check", "tools/check.py"],
    ["python3 -m pytest -q", "pytest.py"],
    ["pytest --config-file=ci/pytest.cfg", "ci/pytest.cfg"],
    ["sh 'ci/run all.sh'", "ci/run all.sh"],
    ["sh ci/run\\ all.sh", "ci/run all.sh"],
    ["test -x 'a'&&(exec ci/é.sh)", "ci/é.sh"],
  ];
  for (const [command, file] of named) {
    assertEquals(wholeOf([file, "src/main.ts", "other/x.sh"], [], [command]), [file], command);
  }
});

Deno.test("findGateFiles() does not take a part of a path for a file", () => {
  assertEquals(wholeOf(["test.sh", "check.sh.bak", "sub/check.sh"], [], ["./check.sh tests"]), []);
  assertEquals(wholeOf(["tests/a.ts", "[a.sh"], [], ["deno test tests", "sh [z-a]x"]), []);
});

Deno.test("The built-in list holds each glob once, and each can be read", () => {
  assertEquals(new Set(builtInGateFiles).size, builtInGateFiles.length);
  assertEquals(wholeOf(["nothing/of/it"], [...builtInGateFiles]), []);
});

Deno.test("findGateFiles() takes a submodule for each file in it that a command names", () => {
  const files = ["libs/lib", "libs/other", "lib"];
  assertEquals(wholeOf(files, [], ["sh libs/lib/ci/check.sh"]), ["libs/lib"]);
  assertEquals(wholeOf(files, [], ["cd libs && sh other/check.sh"]), ["libs/other"]);
});
