import { assertEquals } from "@std/assert";
import { cutChunk } from "../../../src/events/cut_chunk.ts";

function cut(text: string, inside = false) {
  return cutChunk(new TextEncoder().encode(text), { inside, maxLineBytes: 4 });
}

Deno.test("cutChunk() ends at the last newline", () => {
  assertEquals(cut("a\nb\nc"), { start: 0, end: 4, done: 4, inside: false, huge: false });
  assertEquals(cut("abc"), { start: 0, end: 0, done: 0, inside: false, huge: false });
  assertEquals(cut(""), { start: 0, end: 0, done: 0, inside: false, huge: false });
});

Deno.test("cutChunk() is done with a line that is too long at once, and with its rest", () => {
  assertEquals(cut("abcd"), { start: 0, end: 0, done: 0, inside: false, huge: false });
  assertEquals(cut("abcd\n").done, 5);
  assertEquals(cut("abcde"), { start: 5, end: 5, done: 5, inside: true, huge: true });
  assertEquals(cut("fgh", true), { start: 3, end: 3, done: 3, inside: true, huge: false });
  assertEquals(cut("f\n", true), { start: 2, end: 2, done: 2, inside: false, huge: false });
  assertEquals(cut("f\nb\nc", true), { start: 2, end: 4, done: 4, inside: false, huge: false });
});
