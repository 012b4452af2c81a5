import { assertEquals } from "@std/assert";
import { createScanner } from "../../../src/redaction/scanner.ts";

function places(needles: string[], text: string, from = 0): [number, string][] {
  const found: [number, string][] = [];
  createScanner(needles.map((text) => ({ text }))).scan(text, from, (at, needle) => {
    if (text.startsWith(needle.text, at)) found.push([at, needle.text]);
    return false;
  });
  return found;
}

Deno.test("scan() visits every place of every needle in order", () => {
  const needles = ["abcd", "bcde", "aaaa", "long-needle", "ünïx"];
  const text = "xabcde aaaaa long-needle bcde ünïx";
  const expected = [...text].flatMap((_, at) =>
    needles.filter((needle) => text.startsWith(needle, at)).map((needle) => [at, needle])
  );
  assertEquals(places(needles, text), expected as [number, string][]);
});

Deno.test("scan() begins at the given place and stops when told", () => {
  assertEquals(places(["abcd"], "abcdabcd", 1), [[4, "abcd"]]);
  let visits = 0;
  createScanner([{ text: "abcd" }]).scan("abcdabcd", 0, () => ++visits > 0);
  assertEquals(visits, 1);
});

Deno.test("scan() visits a needle that the text ends within", () => {
  const found: number[] = [];
  createScanner([{ text: "abcdefgh" }, { text: "wxyz" }]).scan("--abcde", 0, (at) => {
    found.push(at);
    return false;
  });
  assertEquals(found, [2]);
});

Deno.test("openEnd() tells where the text ends with the beginning of a needle", () => {
  const scanner = createScanner([{ text: "abcd" }, { text: "wxyzabc" }]);
  assertEquals(scanner.openEnd("--abc", 0), 2);
  assertEquals(scanner.openEnd("--wa", 0), 3);
  assertEquals(scanner.openEnd("----", 0), 4);
  assertEquals(scanner.openEnd("--abc", 3), 5);
  assertEquals(scanner.openEnd("", 0), 0);
});
