import { assert, assertEquals } from "@std/assert";
import { createTextCleaner } from "../../../src/logs/text_cleaner.ts";
import { TestRunDetector } from "../../../src/gates/test_run_detector.ts";

const folder = new URL("../../fixtures/runners/", import.meta.url);
const sample = (name: string) => Deno.readTextFileSync(new URL(`${name}.txt`, folder));
const samples = [...Deno.readDirSync(folder)].map(({ name }) => name.replace(/\.txt$/, "")).sort();

function detect(...texts: string[]) {
  const detector = new TestRunDetector();
  for (const text of texts) detector.push(text);
  return detector.end();
}

/** What each sample says: `<runner>_ran…`, `<runner>_none…` or `…no_summary…`. */
const ran: Record<string, number> = {
  cargo_ran: 2,
  cargo_ran_passed: 2,
  deno_ran: 3,
  deno_ran_passed: 1,
  deno_tap_ran: 4,
  go_ran: 4,
  go_ran_beside_none: 1,
  go_ran_build_failed: 1,
  go_ran_cached: 1,
  go_ran_cover: 1,
  go_ran_folder: 1,
  go_ran_verbose: 3,
  jest_ran: 2,
  jest_ran_passed: 1,
  mocha_ran: 2,
  mocha_ran_hook_failed: 1,
  mocha_ran_passed: 2,
  mocha_tap_ran: 2,
  nextest_ran: 2,
  node_spec_ran: 3,
  node_tap_ran: 3,
  pytest_ran: 5,
  pytest_ran_collection_error: 1,
  pytest_ran_quiet: 1,
  unittest_ran: 1,
  vitest_ran: 2,
  vitest_ran_passed: 1,
  vitest_tap_ran: 2,
};

const names: Record<string, string> = {
  cargo: "cargo test",
  deno: "deno test",
  deno_tap: "TAP",
  go: "go test",
  jest: "jest",
  mocha: "mocha",
  mocha_tap: "TAP",
  nextest: "cargo nextest",
  node_spec: "node test runner",
  node_tap: "TAP",
  pytest: "pytest",
  unittest: "unittest",
  vitest: "vitest",
  vitest_tap: "TAP",
};

Deno.test("TestRunDetector has samples of every runner, with and without tests", () => {
  for (const runner of Object.keys(names)) {
    assert(samples.some((name) => name.startsWith(`${runner}_ran`)), runner);
    assert(samples.some((name) => name.startsWith(`${runner}_none`)), runner);
  }
  assertEquals(Object.keys(ran).filter((name) => !samples.includes(name)), []);
});

for (const name of samples) {
  const kind = /_(ran|none|no_summary)(?:_|$)/.exec(`_${name}`)?.[1] ?? "";
  const runner = names[name.replace(/_(?:ran|none).*$/, "")] ?? "";
  Deno.test(`TestRunDetector reads the summary when the output is ${name}`, () => {
    const expected = kind === "no_summary"
      ? { runners: [], ran: 0 }
      : { runners: [runner], ran: kind === "ran" ? ran[name] : 0 };
    assert(kind === "none" || kind === "no_summary" || (ran[name] ?? 0) > 0, "known sample");
    const text = sample(name);
    assertEquals(detect(text), { ...expected, ran: expected.ran ?? -1 });
    assertEquals(detect(...text), { ...expected, ran: expected.ran ?? -1 }, "one by one");
    const cleaner = createTextCleaner();
    const crlf = new TextEncoder().encode(`\x1b[1m${text.replaceAll("\n", "\x1b[0m\r\n")}`);
    const cleaned = cleaner.push(crlf) + cleaner.end();
    assertEquals(detect(cleaned), { ...expected, ran: expected.ran ?? -1 }, "from a terminal");
  });
}

Deno.test("TestRunDetector adds the summaries of several runs and runners", () => {
  const none = detect(sample("mocha_none_empty"), sample("jest_none_skipped"));
  assertEquals(none, { runners: ["mocha", "jest"], ran: 0 });
  const some = detect(sample("mocha_none_empty"), sample("jest_ran"), sample("jest_ran_passed"));
  assertEquals(some, { runners: ["mocha", "jest"], ran: 3 });
});

Deno.test("TestRunDetector adds TAP documents without totals", () => {
  const text = sample("deno_tap_none_empty") + sample("deno_tap_ran") + sample("node_tap_ran");
  assertEquals(detect(text), { runners: ["TAP"], ran: 7 });
});

Deno.test("TestRunDetector passes over a TAP document that broke off", () => {
  assertEquals(detect("TAP version 13\n# Subtest: a\n"), { runners: [], ran: 0 });
});

Deno.test("TestRunDetector takes no totals without their beginning", () => {
  assertEquals(detect("# pass 0\n# fail 0\nℹ pass 0\n  2 failing\n"), { runners: [], ran: 0 });
  assertEquals(detect("# tests 0\nother\n# pass 0\n"), { runners: [], ran: 0 });
});

Deno.test("TestRunDetector takes a last line without line end, and no endless line", () => {
  assertEquals(detect("ok | 0 passed | 0 failed (0ms)").runners, ["deno test"]);
  const long = `${"x".repeat(5000)}ok | 0 passed | 0 failed (0ms)`;
  assertEquals(detect(long), { runners: [], ran: 0 });
  assertEquals(detect(...long), { runners: [], ran: 0 });
  assertEquals(detect(...long, "\nok | 0 passed | 0 failed (0ms)\n").runners, ["deno test"]);
});
