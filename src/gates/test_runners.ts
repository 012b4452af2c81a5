/**
 * How the known test runners say what they ran. The shapes are those that the programs
 * really print: tests/fixtures/runners holds samples.
 *
 * @module
 */

/** Reads the plain lines of one output for the summaries of one runner. */
export interface SummaryReader {
  /** Takes the next line; tests that ran when it is (a part of) a summary, else null. */
  line(line: string): number | null;
  /** At the end of the output: what was not told yet. */
  end?(): number | null;
}

/** A known runner. Tests that were skipped, ignored or filtered out did not run. */
export interface TestRunner {
  name: string;
  reader(): SummaryReader;
}

/** A runner whose summaries are single lines, each read by itself. */
function byLine(name: string, line: (line: string) => number | null): TestRunner {
  return { name, reader: () => ({ line }) };
}

/** Sum of the numbers before any of `words` in a text as `2 passed, 1 skipped`. */
function sumOf(text: string, words: RegExp): number {
  return [...text.matchAll(/(\d+) ([a-z ]*[a-z])/g)]
    .filter(([, , word]) => words.test(word ?? ""))
    .reduce((sum, [, count]) => sum + Number(count), 0);
}

/**
 * Totals one a line, as `# tests 3`, `# pass 2`, `# fail 1`: they count from the line with
 * the tests on, as long as the lines begin with the same mark.
 */
function totalsReader(mark: string): SummaryReader {
  const total = new RegExp(`^${mark} (\\w+) +(\\d+)$`);
  let begun = false;
  return {
    line(line) {
      const match = total.exec(line);
      if (match?.[1] === "tests") begun = true;
      else if (!line.startsWith(`${mark} `)) begun = false;
      else if (begun && match && /^(?:pass|fail|cancelled)$/.test(match[1] ?? "")) {
        return Number(match[2]);
      }
      return null;
    },
  };
}

const nodeSpec: TestRunner = { name: "node test runner", reader: () => totalsReader("ℹ") };

/** Test Anything Protocol: the totals behind a document when there are some, else its points. */
function tapReader(): SummaryReader {
  const totals = totalsReader("#");
  let document: { points: number; planned: boolean } | null = null;
  const close = (): number | null => {
    const ran = document?.planned ? document.points : null;
    document = null;
    return ran;
  };
  return {
    line(line) {
      const total = totals.line(line);
      if (total !== null) {
        document = null;
        return total;
      }
      if (/^TAP version 1[34]$/.test(line)) {
        const before = close();
        document = { points: 0, planned: false };
        return before;
      }
      if (!document) return null;
      if (/^\s*1\.\.\d+/.test(line)) document.planned = true;
      if (/^\s*(?:not )?ok\b(?!.*# (?:SKIP|TODO)\b)/i.test(line)) document.points++;
      return null;
    },
    end: close,
  };
}

const tap: TestRunner = { name: "TAP", reader: tapReader };

const denoSummary =
  /^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed(?: \(\d+ steps?\))?(?: \| \d+ (?:ignored|measured|filtered out)(?: \(\d+ steps?\))?)* \([\dhms. µ]+\)$/;

const deno = byLine("deno test", (line) => {
  if (line === "error: No test modules found") return 0;
  const match = denoSummary.exec(line);
  return match ? Number(match[1]) + Number(match[2]) : null;
});

const mocha: TestRunner = {
  name: "mocha",
  reader() {
    let begun = false;
    return {
      line(line) {
        const match = /^ {2}(\d+) (passing \(\d+(?:ms|[smhd])\)|pending|failing)$/.exec(line);
        if (match?.[2]?.startsWith("passing")) begun = true;
        else if (!match) begun = false;
        return begun && match && match[2] !== "pending" ? Number(match[1]) : null;
      },
    };
  },
};

const jest = byLine("jest", (line) => {
  if (/^No tests found(?:, exiting with code \d+$| related to files changed since )/.test(line)) {
    return 0;
  }
  const match = /^Tests: {7}((?:\d+ [a-z]+, )*)\d+ total$/.exec(line);
  return match ? sumOf(match[1] ?? "", /^(?:passed|failed)$/) : null;
});

const vitestSummary = /^ +Tests {2}(no tests|\d+ (?:[a-z ]+)(?: \| \d+ [a-z ]+)* \(\d+\))$/;

const vitest = byLine("vitest", (line) => {
  if (/^No test files found, exiting with code \d+$/.test(line)) return 0;
  const match = vitestSummary.exec(line);
  return match ? sumOf(match[1] ?? "", /^(?:passed|failed|expected fail)$/) : null;
});

const pytestPart =
  "\\d+ (?:passed|failed|skipped|deselected|xfailed|xpassed|warnings?|errors?|rerun|subtests (?:passed|failed|skipped))";
const pytestSummary = new RegExp(
  `^(?:=+ )?(no tests ran|no tests collected.*|[\\d/]+ tests? collected.*|${pytestPart}(?:, ${pytestPart})*)` +
    ` in \\d+\\.\\d+s(?: \\([\\d:, a-z]+\\))?(?: =+)?$`,
);

/** An error, in setting up or in collecting, counts: something was tried and is red. */
const pytest = byLine("pytest", (line) => {
  const match = pytestSummary.exec(line);
  if (!match) return null;
  return sumOf(
    match[1] ?? "",
    /^(?:passed|failed|xfailed|xpassed|errors?|subtests (?:passed|failed))$/,
  );
});

const unittest: TestRunner = {
  name: "unittest",
  reader() {
    let counted: number | null = null;
    return {
      line(line) {
        if (line === "") return null;
        const end = /^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$/.exec(line);
        const ran = counted;
        counted = Number(/^Ran (\d+) tests? in \d+\.\d+s$/.exec(line)?.[1] ?? Number.NaN);
        if (Number.isNaN(counted)) counted = null;
        if (!end || ran === null) return null;
        return Math.max(0, ran - Number(/\bskipped=(\d+)/.exec(end[1] ?? "")?.[1] ?? 0));
      },
    };
  },
};

/**
 * One line a package. Only with -v it says which tests of the package ran; without, a
 * package counts as one. A package that did not build counts too: it is red, not empty.
 */
function goReader(): SummaryReader {
  let verbose = false;
  let ran = 0;
  let empty = false;
  const closePackage = (least: number): number => {
    const count = Math.max(ran, empty ? 0 : least);
    verbose = false;
    ran = 0;
    empty = false;
    return count;
  };
  return {
    line(line) {
      if (line.startsWith("=== RUN   ")) verbose = true;
      else if (/^--- (?:PASS|FAIL): \S+ \(\d+\.\d+s\)$/.test(line)) ran++;
      else if (line === "testing: warning: no tests to run") {
        empty = true;
        return 0;
      }
      const passed = /^ok {2}\t\S+\t(?:\(cached\)|\d+\.\d+s)(.*)$/.exec(line);
      if (passed) return closePackage(verbose || passed[1]?.includes("[no tests to run]") ? 0 : 1);
      if (/^FAIL\t\S+(?:\t\d+\.\d+s| \[\w+ failed\])$/.test(line)) return closePackage(1);
      return /^\? {3}\t\S+\t\[no test files\]$/.test(line) ? closePackage(0) : null;
    },
  };
}

const go: TestRunner = { name: "go test", reader: goReader };

const cargo = byLine("cargo test", (line) => {
  const match =
    /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; \d+ ignored; (\d+) measured; \d+ filtered out/
      .exec(line);
  return match ? Number(match[1]) + Number(match[2]) + Number(match[3]) : null;
});

const nextest = byLine("cargo nextest", (line) => {
  if (line === "error: no tests to run") return 0;
  const match = /^ *Summary \[ *\d+\.\d+s\] (\d+)(?:\/\d+)? tests? run: /.exec(line);
  return match ? Number(match[1]) : null;
});

/** All known runners. */
export const TEST_RUNNERS: readonly TestRunner[] = [
  nodeSpec,
  tap,
  deno,
  mocha,
  jest,
  vitest,
  pytest,
  unittest,
  go,
  cargo,
  nextest,
];
