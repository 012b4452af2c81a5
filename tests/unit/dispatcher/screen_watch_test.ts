import { assertEquals } from "@std/assert";
import { ScreenWatch } from "../../../src/dispatcher/screen_watch.ts";

const encoder = new TextEncoder();
const limit = { until: null, reason: "limit" };

function setup() {
  const screen = new ScreenWatch({
    prompts: [],
    findLimit: (text) => text.includes("LIMIT") ? limit : null,
  });
  return { screen, print: (text: string) => screen.push(encoder.encode(text)) };
}

Deno.test("ScreenWatch tells a question when the end of the screen stood for 15 s", () => {
  const { screen, print } = setup();
  print("Proceed? (y/n) ");
  assertEquals(screen.look(1000, 0), null);
  assertEquals(screen.look(15_999, 0), null);
  assertEquals(screen.look(16_000, 0), { kind: "prompt", line: "Proceed? (y/n)" });
});

Deno.test("ScreenWatch tells a dialog when the end of the screen stood for 5 s", () => {
  const { screen, print } = setup();
  print("Do you trust the files in this folder?\n❯ 1. Yes\n  2. No\n");
  assertEquals([screen.look(1000, 0), screen.look(5999, 0)], [null, null]);
  assertEquals(screen.look(6000, 0)?.kind, "prompt");
});

Deno.test("ScreenWatch is not misled by a clock that ticks beside the question", () => {
  const { screen, print } = setup();
  print("\x1b[2J\x1b[5;1HProceed? (y/n) ");
  for (let ms = 0; ms < 15_000; ms += 1000) {
    print(`\x1b7\x1b[4;1H12:34:${10 + ms / 1000}\x1b[7;1H⠋ ${ms / 1000}s\x1b8`);
    assertEquals(screen.look(ms, 0), null);
  }
  print("\x1b7\x1b[4;1H12:35:00\x1b8");
  assertEquals(screen.look(15_000, 0), { kind: "prompt", line: "Proceed? (y/n)" });
});

Deno.test("ScreenWatch begins anew when the end of the screen changes, or something was said", () => {
  const { screen, print } = setup();
  print("Proceed? (y/n) ");
  screen.look(1000, 0);
  print("y");
  assertEquals([screen.look(4000, 0), screen.look(20_000, 0)], [null, null]);
  print("\nPassword: ");
  assertEquals(screen.look(21_000, 21_000), null);
  assertEquals([screen.look(37_000, 23_000), screen.look(37_000, 22_000)?.kind], [null, "prompt"]);
});

Deno.test("ScreenWatch is not misled by an animation above the question", () => {
  const { screen, print } = setup();
  const dialog = "\x1b[20;1HDo you trust the files in this folder?\n❯ 1. Yes\n" +
    Array.from({ length: 12 }, (_, n) => `${n + 2}. No`).join("\n");
  print(`\x1b[2J\x1b[1;1Hwelcome${dialog}`);
  screen.look(0, 0);
  for (let ms = 1000; ms < 5000; ms += 1000) {
    print(`\x1b[1;1Hframe ${ms}`);
    assertEquals(screen.look(ms, 0), null);
  }
  assertEquals(screen.look(5000, 0)?.kind, "prompt");
});

Deno.test("ScreenWatch tells a usage limit after 10 s, and at the end at once", () => {
  const { screen, print } = setup();
  print("LIMIT\n");
  assertEquals([screen.look(0, 0), screen.look(9000, 0)], [null, null]);
  assertEquals(screen.look(10_000, 0), { kind: "limit", limit });
  assertEquals(screen.findLimit(), limit);
  print("x\n".repeat(12));
  assertEquals(screen.findLimit(), null);
});

Deno.test("ScreenWatch does not show the beginning of a line that it did not keep", () => {
  const { screen, print } = setup();
  print("the secret of ");
  print("x".repeat(400_000));
  print("\nend\n");
  assertEquals(screen.lines(), ["end"]);
});
