import { assert, assertEquals, assertMatch } from "@std/assert";
import { realFiles } from "../../../src/host/files.ts";
import { CappedFile, MIN_CAP } from "../../../src/logs/capped_file.ts";

const encoder = new TextEncoder();

function withFile(test: (path: string, folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    test(`${folder}/1.log`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const openFile = (path: string, maxBytes = MIN_CAP) =>
  new CappedFile({ files: realFiles, path, maxBytes });

const lineOf = (n: number) => `line ${String(n).padStart(6, "0")} ö\n`;

function writeLines(file: CappedFile, from: number, to: number): number {
  let bytes = 0;
  for (let n = from; n < to; n++) {
    const line = encoder.encode(lineOf(n));
    file.write(line);
    bytes += line.length;
  }
  return bytes;
}

/** Checks that a log holds its beginning, its end, and one true marker. */
function checkCapped(path: string, written: number, last: number): void {
  const text = Deno.readTextFileSync(path);
  const bytes = Deno.statSync(path).size;
  const markers = text.match(/^\[\.\.\. \d+ bytes dropped \.\.\.\]$/gm) ?? [];
  assertEquals(markers.length, 1);
  assertEquals(
    Number(/\d+/.exec(markers[0] ?? "")?.[0]),
    written - bytes + `${markers[0]}\n`.length,
  );
  assert(text.startsWith(lineOf(0) + lineOf(1)));
  assert(text.endsWith(lineOf(last - 1) + lineOf(last)), text.slice(-50));
  assert(!text.includes("\ufffd"));
  for (const line of text.split("\n")) assertMatch(line, /^$|^line \d{6} ö$|^\[\.\.\. /);
}

Deno.test("CappedFile appends, 0600, when there is room", () =>
  withFile((path) => {
    const file = openFile(path);
    const written = writeLines(file, 0, 10);
    file.close();
    assertEquals(Deno.statSync(path).size, written);
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
  }));

Deno.test("CappedFile drops the middle, never the end, and counts once what it dropped", () =>
  withFile((path, folder) => {
    const file = openFile(path);
    let written = 0;
    for (let n = 0; n < 2000; n++) {
      written += writeLines(file, n, n + 1);
      assert(Deno.statSync(path).size <= MIN_CAP);
      if (written > MIN_CAP) checkCapped(path, written, n);
    }
    file.close();
    assertEquals((Deno.statSync(path).mode ?? 0) & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["1.log"]);
  }));

Deno.test("CappedFile continues a log that lost its middle before", () =>
  withFile((path) => {
    const first = openFile(path);
    let written = writeLines(first, 0, 200);
    first.close();
    const second = openFile(path);
    assertEquals(second.endsInLine, false);
    written += writeLines(second, 200, 500);
    second.close();
    checkCapped(path, written, 499);
  }));

Deno.test("CappedFile cuts no character when there are no line ends", () =>
  withFile((path) => {
    const file = openFile(path, 2000);
    const bytes = encoder.encode("😀€ö".repeat(1000));
    for (let at = 0; at < bytes.length; at += 997) file.write(bytes.subarray(at, at + 997));
    file.close();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(path));
    assertMatch(
      text,
      /^(?:😀€ö)*(?:😀€?)?\[\.\.\. \d+ bytes dropped \.\.\.\]\n(?:€?ö)?(?:😀€ö)*$/u,
    );
    assert(Deno.statSync(path).size <= 2000);
  }));

Deno.test("CappedFile takes a piece that is larger than the file may be", () =>
  withFile((path) => {
    const file = openFile(path, 4096);
    const text = Array.from({ length: 5000 }, (_, n) => lineOf(n)).join("");
    file.write(encoder.encode(text));
    file.close();
    checkCapped(path, encoder.encode(text).length, 4999);
  }));

Deno.test("CappedFile writes through no link that stands in its place", () =>
  withFile((path, folder) => {
    const victim = `${folder}/victim`;
    Deno.writeTextFileSync(victim, "precious");
    Deno.symlinkSync(victim, path);
    Deno.symlinkSync(victim, `${path}.tmp`);
    const file = openFile(path);
    writeLines(file, 0, 500);
    file.close();
    assertEquals(Deno.readTextFileSync(victim), "precious");
    assert(Deno.lstatSync(path).isFile);
  }));

Deno.test("CappedFile tells when the file that it continues ends within a line", () =>
  withFile((path) => {
    Deno.writeTextFileSync(path, "half a li");
    const file = openFile(path);
    file.close();
    assertEquals(file.endsInLine, true);
  }));
