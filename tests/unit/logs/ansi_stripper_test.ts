import { assertEquals } from "@std/assert";
import { createAnsiStripper } from "../../../src/logs/ansi_stripper.ts";

const samples: [what: string, input: string, output: string][] = [
  ["plain text", "plain\ttext\r\nmore", "plain\ttext\r\nmore"],
  ["colours", "\x1b[1;31mred\x1b[0m \x1b[38;5;245mgrey\x1b[m", "red grey"],
  ["private modes", "a\x1b[?25lb\x1b[?2004hc\x1b[>4;1md", "abcd"],
  ["intermediate characters", "a\x1b[2 qb\x1b[!pc", "abc"],
  ["a title, with BEL", "\x1b]0;title\x07text", "text"],
  ["a link, with ST", "\x1b]8;;https://host/\x1b\\name\x1b]8;;\x1b\\!", "name!"],
  ["DCS, APC, PM and SOS", "a\x1bPq#1\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d\x1bXz\x1b\\e", "abcde"],
  ["single escapes", "a\x1b7b\x1b8c\x1bcd\x1b=e", "abcde"],
  ["character sets", "a\x1b(Bb\x1b)0c\x1b#8d", "abcd"],
  ["other control characters", "a\0b\x07c\bd\x0ee\x7ff\x9bg\x85h", "abcdefgh"],
  ["a sequence that breaks off", "a\x1b[12\nb\x1b[é", "a\nbé"],
  ["a string whose end was lost", "a\x1b]0;title\nb\x1b\\c", "a\nbc"],
  ["an escape within a sequence", "a\x1b\x1b[1mb", "ab"],
  ["an escape before a line end", "a\x1b\nb", "a\nb"],
  ["quotation marks of wrong encoding", "it\u00e2\u0080\u009ds here", "it\u00e2s here"],
];

for (const [what, input, output] of samples) {
  Deno.test(`createAnsiStripper() removes what is no text when there is ${what}`, () => {
    assertEquals(createAnsiStripper().push(input), output);
    for (let at = 0; at <= input.length; at++) {
      const stripper = createAnsiStripper();
      const cut = stripper.push(input.slice(0, at)) + stripper.push(input.slice(at));
      assertEquals(cut, output, `cut at ${at}`);
    }
    const stripper = createAnsiStripper();
    assertEquals([...input].map((char) => stripper.push(char)).join(""), output, "one by one");
  });
}
