/**
 * Runs tests on one executable, and tells which passed.
 *
 * @module
 */
import { join } from "@std/path";
import { endProcessesOf } from "../e2e/end_processes_of.ts";
import type { MutationTest } from "./mutation.ts";

/** Milliseconds after which tests are ended: a broken program may wait for ever. */
const longestMs = 180_000;

/** Where tests run, and on what. */
export interface TestPlace {
  /** Checkout that the tests are in. */
  checkout: string;
  /** Executable that they try. */
  program: string;
  /** Folder for all that they make; is made, and removed afterwards. */
  folder: string;
}

/** A test that ran. */
export interface TestRun {
  file: string;
  name: string;
  passed: boolean;
}

/** What came of it. */
export interface TestsRun {
  /** Tests that came to an end. */
  ran: TestRun[];
  /** Why they say nothing, or null. */
  fault: string | null;
}

/** Runs tests, of files beside each other at the same time. Ends what they leave behind. */
export async function runTests(
  { checkout, program, folder }: TestPlace,
  tests: readonly MutationTest[],
): Promise<TestsRun> {
  Deno.mkdirSync(folder, { recursive: true });
  const report = join(folder, "report.xml");
  const files = [...new Set(tests.map(({ file }) => join("tests", "e2e", file)))];
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["test", "--allow-all", "--no-lock", "--no-check", "--parallel"],
      ...[`--filter=${filterOf(tests)}`, `--junit-path=${report}`, ...files],
    ],
    cwd: checkout,
    env: { MACP_BIN: program, TMPDIR: folder, DENO_JOBS: "2", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, longestMs);
  try {
    const { stderr, stdout } = await child.output();
    if (late) return { ran: [], fault: `did not end within ${longestMs / 1000} s` };
    const ran = readReport(report);
    const said = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
    return { ran, fault: ran.length > 0 ? null : `no test ran: ${said.trim().slice(-600)}` };
  } finally {
    clearTimeout(timer);
    endProcessesOf(folder);
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The tests that a mutation names, among those that ran. */
export function among(ran: readonly TestRun[], { file, filter }: MutationTest): TestRun[] {
  return ran.filter((test) => test.file.endsWith(`/${file}`) && test.name.includes(filter));
}

/** A filter of deno test that lets these through, and no others but by chance. */
function filterOf(tests: readonly MutationTest[]): string {
  const names = new Set(tests.map(({ filter }) => RegExp.escape(filter)));
  return `/(?:${[...names].join("|")})/`;
}

function readReport(path: string): TestRun[] {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  const cases = text.matchAll(
    /<testcase name="([^"]*)" classname="([^"]*)"[^>]*?(\/>|>[^]*?<\/testcase>)/g,
  );
  return [...cases].map(([, name = "", file = "", body = ""]) => ({
    name: plain(name),
    file: plain(file),
    passed: !/<(?:failure|error|skipped)\b/.test(body),
  }));
}

/** A text without the escapes of XML. */
function plain(text: string): string {
  const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return names[name] ?? whole;
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
  });
}
