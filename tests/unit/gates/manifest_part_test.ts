import { assertEquals, assertNotEquals } from "@std/assert";
import { builtInManifests } from "../../../src/gates/built_in_gate_files.ts";
import { gatePart } from "../../../src/gates/manifest_part.ts";

function partOf(name: string, text: string | null): Promise<string> {
  const manifest = builtInManifests[name];
  if (!manifest) throw new Error(`Cannot find manifest ${name}`);
  return gatePart(manifest, text);
}

async function assertSame(name: string, before: string | null, after: string | null) {
  assertEquals(await partOf(name, after), await partOf(name, before));
}

async function assertDiffers(name: string, before: string | null, after: string | null) {
  assertNotEquals(await partOf(name, after), await partOf(name, before));
}

const pkg = (more: Record<string, unknown>) =>
  JSON.stringify({
    name: "a",
    version: "1.0.0",
    scripts: { test: "jest", lint: "eslint" },
    ...more,
  });

Deno.test("gatePart() of package.json is its scripts and the tools' settings, nothing else", async () => {
  const name = "package.json";
  await assertSame(name, pkg({}), pkg({ dependencies: { a: "1" }, version: "2.0.0" }));
  await assertSame(name, pkg({}), JSON.stringify(JSON.parse(pkg({})), null, 4) + "\n");
  await assertSame(name, pkg({}), pkg({ scripts: { lint: "eslint", test: "jest" } }));
  await assertDiffers(name, pkg({}), pkg({ scripts: { test: "true", lint: "eslint" } }));
  await assertDiffers(name, pkg({}), pkg({ scripts: undefined }));
  await assertDiffers(name, pkg({}), pkg({ jest: { passWithNoTests: true } }));
  await assertDiffers(name, pkg({ nyc: { a: [1, 2] } }), pkg({ nyc: { a: [2, 1] } }));
});

Deno.test("gatePart() of a file that does not parse is all of it, of none it is empty", async () => {
  await assertDiffers("package.json", pkg({}), "{");
  await assertDiffers("package.json", "{", "{ ");
  await assertDiffers("pyproject.toml", "[tool.ruff]\na = 1", "[tool.ruff]\na = 1\na = 2");
  await assertSame("package.json", null, '{"dependencies": {}}');
  await assertDiffers("package.json", null, pkg({}));
  await assertDiffers("package.json", pkg({}), null);
  await assertSame("package.json", "[]", "null");
});

Deno.test("gatePart() of pyproject.toml is the tables of test tools, in any spelling", async () => {
  const name = "pyproject.toml";
  const text = '[project]\ndependencies = ["a"]\n[tool.pytest.ini_options]\naddopts = "-q"\n';
  await assertSame(name, text, text.replace('"a"', '"a", "b"'));
  await assertSame(name, text, `${text}[tool.poetry.dependencies]\nc = "1"\n# done\n`);
  await assertSame(name, text, '[tool]\npytest = { ini_options = { addopts = "-q" } }\n');
  await assertDiffers(name, text, text.replace("-q", "-q --ignore=tests"));
  await assertDiffers(name, text, `${text}[tool.ruff.lint]\nignore = ["ALL"]\n`);
  await assertDiffers(name, text, `${text}[tool.coverage.report]\nfail_under = 0\n`);
  await assertDiffers(name, text, `${text}[tool.tox]\nlegacy_tox_ini = ""\n`);
});

Deno.test("gatePart() of Cargo.toml is lints and what is tested", async () => {
  const name = "Cargo.toml";
  const text = '[package]\nname = "a"\n[dependencies]\nb = "1"\n[[bin]]\nname = "c"\n';
  await assertSame(name, text, text.replace('b = "1"', 'b = "2"').replace('"c"', '"d"'));
  await assertDiffers(name, text, `${text}test = false\n`);
  await assertDiffers(name, text, `${text}[lints.clippy]\nall = "allow"\n`);
  await assertDiffers(name, text, `${text}[lib]\ndoctest = false\n`);
});

Deno.test("gatePart() of deno.jsonc reads comments, and counts tasks, test, lint and fmt", async () => {
  const name = "deno.jsonc";
  const text = '{ // all\n"tasks": {"ok": "deno test"}, "imports": {"a": "b"},}';
  await assertSame(name, text, '{"imports": {"a": "c"}, "tasks": {"ok": "deno test"}}');
  await assertDiffers(name, text, text.replace("deno test", "true"));
  await assertDiffers(name, text, text.replace("{ //", '{ "test": {"exclude": ["x"]}, //'));
});

Deno.test("gatePart() of setup.cfg is the sections of test tools", async () => {
  const text = "[metadata]\nname = a\n[options]\ninstall_requires =\n  b\n[tool:pytest]\na = 1\n";
  await assertSame("setup.cfg", text, text.replace("  b\n", "  b\n  c\n"));
  await assertSame("setup.cfg", text, `# comment\n${text}\n; end\n`);
  await assertDiffers("setup.cfg", text, text.replace("a = 1", "a = 2"));
  await assertDiffers("setup.cfg", text, `${text}[flake8]\nignore = E\n`);
});

Deno.test("gatePart() of pom.xml and build.gradle is all but dependencies and versions", async () => {
  const pom = "<project><version>1</version><properties><spring.version>6</spring.version>" +
    "</properties><dependencies><dependency><a/></dependency></dependencies><build/></project>";
  await assertSame("pom.xml", pom, pom.replace("<a/>", "<b/>").replace(">6<", ">7<"));
  await assertSame(
    "pom.xml",
    pom,
    pom.replace("<build/>", "<!-- note -->\n <build/>")
      .replace("</dependencies>\n", "</dependencies>").replace("\n <build/>", "<build/>"),
  );
  await assertDiffers(
    "pom.xml",
    pom,
    pom.replace(">6</spring.version>", ">6</spring.version><skipTests>true</skipTests>"),
  );
  const gradle = 'plugins { id("java") version "1" }\nversion = "1"\n' +
    'dependencies {\n  implementation("a:b:1") { transitive = false }\n}\ntest { }\n';
  await assertSame(
    "build.gradle",
    gradle,
    gradle.replace("a:b:1", "a:b:2").replace('n "1"', 'n "2"'),
  );
  await assertDiffers(
    "build.gradle",
    gradle,
    gradle.replace("test { }", "test { ignoreFailures = true }"),
  );
  await assertSame("build.gradle.kts", "dependencies {\n", "dependencies {\n");
});
