import { assertEquals } from "@std/assert";
import { GrowingFile, readTail } from "../../../../src/cli/live/file_tail.ts";
import { MemoryFiles } from "../../memory_files.ts";

function append(files: MemoryFiles, text: string): void {
  const file = files.open("/log", { append: true, create: true });
  file.write(new TextEncoder().encode(text));
  file.close();
}

Deno.test("GrowingFile gives whole lines that are new, and a line once it is whole", () => {
  const files = new MemoryFiles();
  const growing = new GrowingFile(files, "/log", 100);
  assertEquals(growing.read(), null);
  append(files, "one\ntw");
  assertEquals([growing.read(), growing.read()], ["one\n", ""]);
  append(files, "o\n設定\n");
  assertEquals(growing.read(), "two\n設定\n");
});

Deno.test("GrowingFile begins with the end of a long file, and anew with another one", () => {
  const files = new MemoryFiles();
  append(files, `${"x".repeat(50)}\nlast line\n`);
  const growing = new GrowingFile(files, "/log", 20);
  assertEquals(growing.read(), "last line\n");
  files.remove("/log");
  append(files, "new\n");
  assertEquals(growing.read(), "new\n");
});

Deno.test("readTail() gives the end of a file from a line break on", () => {
  const files = new MemoryFiles();
  append(files, "設定設定\nend\n");
  assertEquals(readTail(files, "/log", 8), "end\n");
  assertEquals(readTail(files, "/none", 8), null);
});
