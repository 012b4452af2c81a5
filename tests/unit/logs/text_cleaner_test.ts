import { assertEquals } from "@std/assert";
import { createTextCleaner } from "../../../src/logs/text_cleaner.ts";

const encoder = new TextEncoder();

Deno.test("createTextCleaner() gives plain text when bytes are cut anywhere", () => {
  const bytes = encoder.encode("a\x1b[31mö€\x1b[0m\r\n😀 50%\r😀 100%\n\0s\0e\0c\0r\0e\0t");
  const expected = "aö€\n😀 100%\nsecret";
  for (let at = 0; at <= bytes.length; at++) {
    const cleaner = createTextCleaner();
    const text = cleaner.push(bytes.subarray(0, at)) + cleaner.push(bytes.subarray(at)) +
      cleaner.end();
    assertEquals(text, expected, `cut at ${at}`);
  }
});

Deno.test("createTextCleaner() shows bytes that are no UTF-8", () => {
  const cleaner = createTextCleaner();
  assertEquals(cleaner.push(new Uint8Array([0x61, 0xff, 0x62, 0x0a])), "a\ufffdb\n");
  assertEquals(cleaner.push(new Uint8Array([0x63, 0xe2, 0x82])) + cleaner.end(), "c\ufffd");
});

Deno.test("createTextCleaner() starts anew after end()", () => {
  const cleaner = createTextCleaner();
  cleaner.push(encoder.encode("a\x1b[3"));
  assertEquals(cleaner.end(), "a");
  assertEquals(cleaner.push(encoder.encode("1m\n")), "1m\n");
});
