import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { hasLineage, lineageMark } from "../../../src/process/lineage_mark.ts";

const [outer, inner, other] = [
  "0f0e0d0c-0b0a-4908-8706-050403020100",
  "10111213-1415-4617-9819-1a1b1c1d1e1f",
  "20212223-2425-4627-a829-2a2b2c2d2e2f",
];

function markOf(attemptId: string, ceiling: bigint | null = null): bigint {
  const mark = lineageMark(attemptId, ceiling);
  assert(mark !== null, "there is no mark");
  return mark;
}

Deno.test("hasLineage() knows the mark of its attempt, and of no other", () => {
  const mark = markOf(outer);
  assertEquals([hasLineage(outer, mark), hasLineage(other, mark)], [true, false]);
});

Deno.test("lineageMark() takes 62 bits, which every shell can read as a number", () => {
  for (let round = 0; round < 100; round++) {
    const mark = markOf(crypto.randomUUID());
    assert(mark >= 1n << 61n && mark < 1n << 62n);
  }
});

Deno.test("lineageMark() inside another attempt is lower, and known to both", () => {
  const ceiling = markOf(outer);
  const mark = markOf(inner, ceiling);
  assert(mark < ceiling);
  const known = [outer, inner, other].map((id) => hasLineage(id, mark));
  assertEquals([hasLineage(inner, ceiling), ...known], [false, true, true, false]);
  assertNotEquals(markOf(other, ceiling), mark);
});

Deno.test("lineageMark() is null when this process is limited too far, or the id is no UUID", () => {
  const nested = markOf(inner, markOf(outer));
  assertEquals([lineageMark(other, nested), lineageMark(other, 1024n)], [null, null]);
  assertEquals(lineageMark("attempt", null), null);
});

Deno.test("hasLineage() is false for what has no mark", () => {
  assertEquals([null, 0n, 1024n, 1n << 62n].map((limit) => hasLineage(outer, limit)), [
    false,
    false,
    false,
    false,
  ]);
  assertEquals(hasLineage("attempt", markOf(outer)), false);
});
