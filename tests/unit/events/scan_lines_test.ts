import { assertEquals } from "@std/assert";
import { scanLines } from "../../../src/events/scan_lines.ts";
import { filterTypes } from "../../../src/events/type_filter.ts";

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function texts(text: string, types: string[] | null): string[] {
  return scanLines(bytesOf(text), filterTypes(types)).map((line) => line.text);
}

Deno.test("scanLines() gives places in bytes, whatever the characters", () => {
  for (const filler of ["a", "ä", "✅", "\u{1f514}", "\ufffd"]) {
    const lines = [`{"${filler}":1}`, "", `{"${filler}${filler}":2}`, "x"];
    const bytes = bytesOf(lines.map((line) => `${line}\n`).join(""));
    const scanned = scanLines(bytes, null);
    assertEquals(scanned.map(({ text }) => text), lines.filter((line) => line !== ""));
    for (const { start, end, text } of scanned) {
      assertEquals(new TextDecoder().decode(bytes.subarray(start, end)), `${text}\n`);
    }
  }
});

Deno.test("scanLines() gives places in bytes also behind what is not UTF-8", () => {
  const bytes = new Uint8Array([0xff, 0xc3, 0x0a, 0x7b, 0x7d, 0x0a, 0xe2, 0x82, 0x0a]);
  assertEquals(scanLines(bytes, null).map(({ start, end }) => [start, end]), [
    [0, 3],
    [3, 6],
    [6, 9],
  ]);
});

Deno.test("scanLines() goes through many pieces, and a line longer than a piece", () => {
  const lines = Array.from({ length: 3000 }, (_, i) => `{"n":${i},"t":"${"é".repeat(i % 90)}"}`);
  lines.splice(1500, 0, `{"long":"${"x".repeat(200_000)}"}`);
  const bytes = bytesOf(lines.map((line) => `${line}\n`).join(""));
  const scanned = scanLines(bytes, null);
  assertEquals(scanned.map(({ text }) => text), lines);
  assertEquals(scanned.every(({ start }, i) => start === (scanned[i - 1]?.end ?? 0)), true);
  assertEquals(scanned.at(-1)?.end, bytes.length);
});

Deno.test("scanLines() leaves out whole lines that cannot hold a wanted type, and no others", () => {
  const lines = [
    '{"event_type":"task.completed"}',
    '{"event_type":"task.progress"}',
    '{"event_type":"taskXcompleted"}',
    '{"event_type": "task.failed","n":1}',
    '{"event_type":"task\\u002efailed"}',
    '{"event_type":"task.failed.later"}',
    '{"event_type":"task.progress"',
    ' {"event_type":"task.progress"}',
    '{"event_type":"task.progress"}\r',
  ];
  assertEquals(texts(`${lines.join("\n")}\n`, ["task.completed", "task.failed"]), [
    lines[0],
    lines[3],
    lines[4],
    lines[6],
    lines[7],
    lines[8],
  ]);
});

Deno.test("scanLines() parses every line for types that a writer may escape in many ways", () => {
  const lines = ['{"event_type":"a\\/b"}', '{"event_type":"other"}'];
  assertEquals(texts(`${lines.join("\n")}\n`, ["a/b"]), lines);
  assertEquals(texts(`${lines.join("\n")}\n`, ["other", "späť"]), lines);
});

Deno.test("scanLines() drops a byte order mark and keeps count of it", () => {
  const scanned = scanLines(bytesOf("\ufeff{}\n{}\n"), null);
  assertEquals(scanned, [{ start: 0, end: 6, text: "{}" }, { start: 6, end: 9, text: "{}" }]);
});
