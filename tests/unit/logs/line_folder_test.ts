import { assertEquals } from "@std/assert";
import { createLineFolder, MAX_PENDING } from "../../../src/logs/line_folder.ts";

function folded(pieces: string[]): string {
  const folder = createLineFolder();
  return pieces.map((piece) => folder.push(piece)).join("") + folder.end();
}

const samples: [what: string, input: string, output: string][] = [
  ["CR LF", "a\r\nb\r\n", "a\nb\n"],
  ["CR CR LF of a terminal", "a\r\r\nb", "a\nb"],
  ["a progress bar", "10%\r20%\r100%\ndone\n", "100%\ndone\n"],
  ["a progress bar at the end", "10%\r20%\r", "20%"],
  ["a redraw that begins with CR", "\r10%\r20%\n", "20%\n"],
  ["an empty line", "\n\r\n\n", "\n\n\n"],
  ["no line end", "abc", "abc"],
];

for (const [what, input, output] of samples) {
  Deno.test(`createLineFolder() gives plain lines when there is ${what}`, () => {
    assertEquals(folded([input]), output);
    assertEquals(folded([...input]), output, "one by one");
    for (let at = 1; at < input.length; at++) {
      assertEquals(folded([input.slice(0, at), input.slice(at)]), output, `cut at ${at}`);
    }
  });
}

Deno.test("createLineFolder() gives out complete lines at once and keeps the last", () => {
  const folder = createLineFolder();
  assertEquals(folder.push("one\ntw"), "one\n");
  assertEquals(folder.pending(), "tw");
  assertEquals(folder.push("o\n"), "two\n");
  assertEquals(folder.pending(), "");
});

Deno.test("createLineFolder() gives out a line that grows long, and breaks it at a redraw", () => {
  const folder = createLineFolder();
  const long = "x".repeat(MAX_PENDING + 1);
  assertEquals(folder.push(long), long);
  assertEquals(folder.push("y"), "");
  assertEquals(folder.push("\rz\n"), "\nz\n");
  assertEquals(folder.push(`${long}\r`), long);
  assertEquals(folder.push("\nnext\n"), "\nnext\n");
  assertEquals(folder.push(long) + folder.push("\r\n"), `${long}\n`);
});

Deno.test("createLineFolder() keeps a bounded amount when a line is redrawn for ever", () => {
  const folder = createLineFolder();
  let output = "";
  for (let n = 0; n < 10_000; n++) output += folder.push(`\rprogress ${n}`);
  assertEquals(output, "");
  assertEquals(folder.pending(), "progress 9999");
  assertEquals(folder.end(), "progress 9999");
});

Deno.test("createLineFolder() folds many carriage returns in time that grows with their number", () => {
  const many = "\r".repeat(300_000);
  const begun = performance.now();
  const folder = createLineFolder();
  assertEquals(folder.push(`a${many}b${many}\n`) + folder.end(), "b\n");
  // Kept between two pieces they are as good as one.
  for (let piece = 0; piece < 300; piece++) folder.push("\r".repeat(1000));
  assertEquals(folder.push("c\n"), "c\n");
  // Generous: it took minutes when each was followed on its own.
  assertEquals(performance.now() - begun < 5000, true);
});
