import { assertEquals } from "@std/assert";
import { bytesOf, charactersOf, limitText } from "../../../src/events/limit_text.ts";

const characters = { size: charactersOf };
const bytes = { size: bytesOf };

Deno.test("bytesOf() counts as UTF-8 is written", () => {
  const encoder = new TextEncoder();
  for (const text of ["", "a", "é", "€", "😀", "a\u0000é\u07ff\u0800€\uffff😀\u{10ffff}"]) {
    assertEquals(bytesOf(text), encoder.encode(text).length, text);
  }
});

Deno.test("limitText() leaves a text that fits, to the last character", () => {
  assertEquals(limitText("abcd", { most: 4, ...characters }), "abcd");
  assertEquals(limitText("é€", { most: 5, ...bytes }), "é€");
  assertEquals(limitText("", { most: 0, ...characters }), "");
});

Deno.test("limitText() gives as much as fits with an ellipsis", () => {
  assertEquals(limitText("abcde", { most: 4, ...characters }), "abc…");
  assertEquals(limitText("é€é", { most: 6, ...bytes }), "é…");
  assertEquals(limitText("ab cd", { most: 4, ...characters }), "ab…");
  assertEquals(limitText("abc", { most: 1, ...characters }), "…");
  assertEquals(limitText("abc", { most: 2, ...bytes }), "");
  assertEquals(limitText("abc", { most: -5, ...characters }), "");
});

Deno.test("limitText() cuts no code point, at any limit", () => {
  const text = "a😀é👩\u200d💻€".repeat(4);
  for (let most = 0; most <= bytesOf(text) + 1; most++) {
    for (const limit of [characters, bytes]) {
      const cut = limitText(text, { most, ...limit });
      assertEquals(cut.isWellFormed(), true, `${most}: ${cut}`);
      assertEquals(limit.size(cut) <= most, true, `${most}: ${cut}`);
      assertEquals(cut === text || cut === "" || cut.endsWith("…"), true, `${most}: ${cut}`);
      assertEquals(text.startsWith(cut.replace(/…$/, "")), true, `${most}: ${cut}`);
    }
  }
});

Deno.test("limitText() cuts no escape", () => {
  const render = (text: string) => text.replaceAll("*", "\\*");
  assertEquals(limitText("***", { most: 6, ...characters, render }), "\\*\\*\\*");
  assertEquals(limitText("****", { most: 6, ...characters, render }), "\\*\\*…");
  assertEquals(limitText("a***", { most: 5, ...characters, render }), "a\\*…");
});
