import { assertEquals } from "@std/assert";
import { logHeading, readHeading, type SerialKind } from "../../../src/logs/log_heading.ts";

Deno.test("logHeading() names what a serial was, so that no two are the same", () => {
  const kinds: SerialKind[] = [
    { kind: "worker", attempt: 1, of: 1 },
    { kind: "acceptance" },
    { kind: "worker", attempt: 1, of: 1 },
    { kind: "landing", branch: "feat/greet", into: "main" },
  ];
  assertEquals(kinds.map((kind, i) => logHeading("GREET", i + 1, kind)), [
    "GREET: worker attempt 1 of 1 (serial 1)",
    "GREET: acceptance of what was left (serial 2)",
    "GREET: worker attempt 1 of 1 (serial 3)",
    "GREET: landing, feat/greet merged into main (serial 4)",
  ]);
  assertEquals(kinds.map((kind, i) => readHeading(`== ${logHeading("a: b", i + 1, kind)}\n`)), [
    "worker attempt 1 of 1",
    "acceptance",
    "worker attempt 1 of 1",
    "landing",
  ]);
});

Deno.test("readHeading() reads logs of earlier versions, and makes nothing up", () => {
  assertEquals(readHeading("== GREET: attempt 2 of 3"), "worker attempt 2 of 3");
  assertEquals(readHeading("== GREET: accept what was left"), "acceptance");
  assertEquals(readHeading("== GREET: feat/greet merged into main"), "landing");
  assertEquals(readHeading("== gate: npm test"), null);
  assertEquals(readHeading("attempt 1 of 1"), null);
  assertEquals(readHeading(""), null);
});
