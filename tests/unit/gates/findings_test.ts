import { assertEquals } from "@std/assert";
import { findingsAtLeast, parseFindings } from "../../../src/gates/findings.ts";

Deno.test("parseFindings() reads a list, and an object with a list", () => {
  const findings = [{ severity: "high" as const, title: "Leak" }];
  const json = [{ severity: "high", title: "Leak", file: "a.ts" }];
  assertEquals(parseFindings(JSON.stringify(json)), { ok: true, findings });
  assertEquals(parseFindings(`\n${JSON.stringify({ findings: json })}\n`), { ok: true, findings });
  assertEquals(parseFindings("[]"), { ok: true, findings: [] });
});

Deno.test("parseFindings() knows severities in any case, critical and info too", () => {
  const json = ["BLOCKER", "Critical", "High", "medium", "low", "INFO"]
    .map((severity) => ({ severity }));
  const parsed = parseFindings(JSON.stringify(json));
  assertEquals(parsed.ok && parsed.findings.map(({ severity }) => severity), [
    "blocker",
    "blocker",
    "high",
    "medium",
    "low",
    "info",
  ]);
});

for (
  const text of [
    "",
    "  \n",
    "no findings",
    "null",
    "0",
    '"[]"',
    "{}",
    '{"findings": {}}',
    '{"result": []}',
    "[] trailing",
    "[null]",
    "[[]]",
    '["high"]',
    '[{"title": "no severity"}]',
    '[{"severity": "urgent"}]',
    '[{"severity": 3}]',
    '[{"severity": "low"}, {"severity": ""}]',
  ]
) {
  Deno.test(`parseFindings() refuses what is no list of findings when it is ${text}`, () => {
    assertEquals(parseFindings(text).ok, false);
  });
}

Deno.test("parseFindings() takes a title as one short line", () => {
  const json = [{ severity: "low", message: `a\n\tb${"x".repeat(200)}` }];
  const parsed = parseFindings(JSON.stringify(json));
  assertEquals(parsed.ok && parsed.findings[0]?.title, `a b${"x".repeat(117)}…`);
});

Deno.test("findingsAtLeast() gives what fails, the gravest first; info never does", () => {
  const all = (["info", "low", "medium", "high", "blocker"] as const)
    .map((severity) => ({ severity, title: "" }));
  const names = (failOn: "blocker" | "high" | "medium" | "low") =>
    findingsAtLeast(all, failOn).map(({ severity }) => severity);
  assertEquals(names("blocker"), ["blocker"]);
  assertEquals(names("high"), ["blocker", "high"]);
  assertEquals(names("medium"), ["blocker", "high", "medium"]);
  assertEquals(names("low"), ["blocker", "high", "medium", "low"]);
});
