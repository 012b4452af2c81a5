import { assertEquals } from "@std/assert";
import { neutraliseDiscord } from "../../../src/events/neutralise_discord.ts";
import { neutraliseNtfy } from "../../../src/events/neutralise_ntfy.ts";
import { neutraliseSlack } from "../../../src/events/neutralise_slack.ts";
import { plainLine, plainLines } from "../../../src/events/plain_text.ts";

const gap = "\u200b";

/** Texts put together at random from what is dangerous somewhere. */
function* randomTexts(count: number, seed: number): Generator<string> {
  const tokens = [
    ..."*_~|`\\<>[]()@#:!&/-a1 \n\t",
    ...["everyone", "HERE", "channel", "<@", "<@&", "<!", "](", "**", "__", "||", "a:", "t:"],
    ...["\u202e", gap, "\ud800", "😀", "é", "https://x.example/_a_"],
  ];
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let text = 0; text < count; text++) {
    yield Array.from({ length: 1 + next(12) }, () => tokens[next(tokens.length)]).join("");
  }
}

Deno.test("neutraliseDiscord() leaves no mention and no markup in any text, and can be undone", () => {
  for (const text of randomTexts(20_000, 1)) {
    const safe = neutraliseDiscord(text);
    const bare = safe.replaceAll(/\\[^0-9A-Za-z\s]/g, "  ");
    const harm = [
      /@(?:everyone|here)/i.exec(safe),
      /<(?:@[!&]?|#|a?:|t:|id:|\/)/i.exec(safe),
      /\]\(/.exec(safe),
      /[*`]|~~|\|\|/.exec(bare),
      /(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])/.exec(bare),
      /[\n\u202e]/.exec(safe),
    ].filter((found) => found !== null);
    assertEquals(harm, [], JSON.stringify({ text, safe }));
    const undone = safe.replaceAll(gap, "").replaceAll(/\\([^0-9A-Za-z\s])/g, "$1");
    assertEquals(undone, plainLine(text), JSON.stringify({ text, safe }));
  }
});

Deno.test("neutraliseDiscord() leaves ordinary texts as they are", () => {
  for (
    const text of [
      "Build error: exit code 1",
      "fix test_login in src/my_file.ts (a | b) ~5 min, 2 < 3 > 1, me@host.example",
      "C:\\temp\\new [redacted:NAME] https://x.example/a_b?c=1#d",
    ]
  ) assertEquals(neutraliseDiscord(text), text);
});

Deno.test("neutraliseSlack() leaves no mention and no link in any text, and can be undone", () => {
  for (const text of randomTexts(20_000, 2)) {
    const safe = neutraliseSlack(text);
    const harm = [/[<>]/.exec(safe), /@(?:everyone|channel|here)/i.exec(safe), /\]\(/.exec(safe)]
      .filter((found) => found !== null);
    assertEquals(harm, [], JSON.stringify({ text, safe }));
    const undone = safe.replaceAll(gap, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&");
    assertEquals(undone, plainLines(text), JSON.stringify({ text, safe }));
  }
});

Deno.test("neutraliseSlack() breaks names and leaves addresses of mail", () => {
  assertEquals(
    neutraliseSlack("ask @bob or me@host.example, _@here\n<!channel>"),
    `ask @${gap}bob or me@host.example, _@${gap}here\n&lt;!channel&gt;`,
  );
});

Deno.test("neutraliseNtfy() takes away what cannot be seen and keeps the rest", () => {
  assertEquals(
    neutraliseNtfy("\x1b[1m**a**\x1b[0m <b>\u202e\r\n`c` 👩\u200d💻"),
    "**a** <b>\n`c` 👩\u200d💻",
  );
});

Deno.test("plainLine() puts a text on one line without what cannot be seen", () => {
  assertEquals(
    [
      "  a\r\n\tb\u2028c\u0085d\x00e\x7ff  ",
      "\x1b[31;1mred\x1b[m \x1b]0;title\x07x \x1b]8;;u\x1b\\y\x1b]8;;\x1b\\ \x9b2Jz \x1bcq",
      "\u202etxt.exe\u202c\u200f\u061c\u2066\u2069 \ufeff\u00ad\u2060\u200bw\u{e0041}",
      "\ud83d half \ude00 whole 😀",
      "\x1b]0;never ended",
      " \n ",
    ].map(plainLine),
    ["a b c d e f", "red x y z q", "txt.exe w", "\ufffd half \ufffd whole 😀", "", ""],
  );
});

Deno.test("plainLines() keeps line breaks, with one empty line at most", () => {
  assertEquals(plainLines("\n\na \t\r\nb\r\r\n\n\n\nc\u2029d\n"), "a\nb\n\nc\nd");
});

Deno.test("neutralising a long text made to be slow takes no more than a moment", () => {
  const long = 1024 * 1024;
  const texts = [" ", "\t\n", "\x1b]", "\x1b[", "@", "\\", "_", "](", "\n\n", "\u200d", "<a"]
    .map((token) => `${token.repeat(long / token.length)}x`);
  const start = performance.now();
  for (const text of texts) {
    for (const neutralise of [neutraliseDiscord, neutraliseSlack, neutraliseNtfy]) neutralise(text);
  }
  assertEquals(performance.now() - start < 30_000, true);
});
