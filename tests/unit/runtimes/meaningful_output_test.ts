import { assertEquals } from "@std/assert";
import { MeaningfulOutput, wordsOf } from "../../../src/runtimes/meaningful_output.ts";

const encoder = new TextEncoder();

/** Pieces that say something new. */
function newIn(...pieces: string[]): number[] {
  const output = new MeaningfulOutput();
  return pieces.flatMap((piece, n) => output.push(encoder.encode(piece)) ? [n] : []);
}

Deno.test("MeaningfulOutput tells a line with new words, once", () => {
  assertEquals(newIn("compile a\n", "compile b\n", "compile a\n"), [0]);
  assertEquals(newIn("read the file\n", "write the file\n", "read the file\n"), [0, 1]);
  assertEquals(newIn("read the", " file", "\n", "read the file\n"), [2]);
});

Deno.test("MeaningfulOutput passes over spinners, bars, percentages and times", () => {
  const frames = ["⠋", "⠙", "|", "/", "-", "\\", ".", "..", "◐", "✻"];
  const spinner = frames.map((frame, n) => `\r\x1b[K\x1b[36m${frame}\x1b[0m Thinking (${n}s)`);
  assertEquals(newIn(...spinner, "\r"), [1]);
  assertEquals(newIn("\r[=>   ] 10%", "\r[==>  ] 47.5%", "\r[====>] 100%\n"), []);
  assertEquals(newIn("waiting 1s\n", "waiting 2s\n", "[12:00:01] waiting 1h3m\n"), [0]);
  assertEquals(newIn("id 0192ac-beef-77aa\n", "id 0192ad-cafe-77ab\n"), [0]);
  assertEquals(newIn(".", ".", ".", "\n", "\x07\n", "\x1b]0;title\x07\n"), []);
});

Deno.test("MeaningfulOutput knows a screen that is drawn again by cursor movements", () => {
  const frame = (n: number) =>
    `\x1b[2J\x1b[HWorking\x1b[1Con\x1b[5;1H${n} of 9\x1b[9;1H> \x1b[?25h`;
  assertEquals(newIn(frame(1), frame(2), frame(3), "\nDone now\n"), [0, 3]);
});

Deno.test("MeaningfulOutput learns the same lines wherever the output is cut", () => {
  const text = "\x1b[31mone\x1b[0m two\r\n\x1b[2;5Hthree\x1b[K fo😀ur\n";
  const bytes = encoder.encode(text);
  for (let size = 1; size < bytes.length; size++) {
    const output = new MeaningfulOutput();
    let found = 0;
    for (let at = 0; at < bytes.length; at += size) {
      if (output.push(bytes.subarray(at, at + size))) found++;
    }
    assertEquals([found > 0, output.push(bytes)], [true, false], `pieces of ${size} bytes`);
  }
});

Deno.test("MeaningfulOutput forgets the oldest lines, and never a line that comes again", () => {
  const output = new MeaningfulOutput();
  const say = (line: string) => output.push(encoder.encode(`${line}\n`));
  const word = (n: number) =>
    n.toString(26).replace(/./g, (c) => "ghijklmnopqrstuvwxyzGHIJKL".at(parseInt(c, 26)) ?? "");
  say("old");
  say("spinner");
  for (let n = 0; n < 5000; n++) {
    say(word(n));
    say("spinner");
  }
  assertEquals([say("old"), say("spinner")], [true, false]);
});

Deno.test("MeaningfulOutput takes a line without an end in parts", () => {
  const output = new MeaningfulOutput();
  const words = Array.from({ length: 2000 }, () => "word ").join("");
  assertEquals(output.push(encoder.encode(words)), true);
  assertEquals(output.push(encoder.encode(words)), false);
});

Deno.test("wordsOf() leaves out what only counts", () => {
  assertEquals(wordsOf("✓ 12 tests passed in 3.4s (57%)"), "tests passed in");
  assertEquals(wordsOf("文件 already übersetzt v2 0xdead beef"), "文件 already übersetzt");
});
