import { assert, assertEquals } from "@std/assert";
import { OutputRecord } from "../../../src/gates/output_record.ts";

Deno.test("OutputRecord keeps all when there is room", () => {
  const record = new OutputRecord(10);
  for (const piece of ["abcde", "fghij", "klmno"]) record.push(piece);
  assertEquals(record.text(), "abcdefghijklmno");
  assert(record.complete);
});

Deno.test("OutputRecord keeps the beginning and the end apart when there is none", () => {
  const record = new OutputRecord(10);
  for (const char of "abcdefghijklmnopqrstuvwxyz0123456789".repeat(3)) record.push(char);
  const text = record.text();
  assert(!record.complete);
  assert(/^abcdefghij\n[a-z0-9]*0123456789$/.test(text), text);
  assert(text.length <= 31);
});
