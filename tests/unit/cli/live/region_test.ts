import { assertEquals } from "@std/assert";
import { Region } from "../../../../src/cli/live/region.ts";
import type { Disturbance, Terminal } from "../../../../src/sys/terminal.ts";

/** A terminal that keeps what was written. */
function fakeTerminal() {
  const state = { out: "", err: "", columns: 20, disturb: (_: Disturbance) => {} };
  const terminal: Terminal = {
    write: (text) => void (state.out += text),
    writeError: (text) => void (state.err += text),
    isTerminal: true,
    isErrorTerminal: true,
    columns: () => state.columns,
    rows: () => 10,
    onDisturbed(callback) {
      state.disturb = callback;
      return () => state.disturb = () => {};
    },
    folder: "/",
    program: ["macp"],
    onSignal: () => () => {},
  };
  const take = () => {
    const { out } = state;
    state.out = "";
    return out.replaceAll("\x1b[?7l", "").replaceAll("\x1b[?7h", "");
  };
  return { terminal, state, take };
}

Deno.test("Region draws over its own lines only, and not at all when nothing changed", () => {
  const { terminal, take } = fakeTerminal();
  const region = new Region(terminal, () => {});
  region.draw(["a", "b"]);
  assertEquals(take(), "a\x1b[K\nb\x1b[K\x1b[J");
  region.draw(["a", "b"]);
  assertEquals(take(), "");
  region.draw(["c"]);
  assertEquals(take(), "\r\x1b[1Ac\x1b[K\x1b[J");
  region.end();
  assertEquals(take(), "\r\x1b[J");
});

Deno.test("Region puts what is printed above its lines, whole lines at a time", () => {
  const { terminal, take } = fakeTerminal();
  const region = new Region(terminal, () => {});
  region.draw(["live"]);
  take();
  region.terminal.write("begin");
  assertEquals(take(), "");
  region.terminal.write(" end\nrest");
  assertEquals(take(), "\r\x1b[Jbegin end\nlive\x1b[K\x1b[J");
  region.end();
  assertEquals(take(), "\r\x1b[Jrest");
  region.terminal.write("after");
  assertEquals(take(), "after");
});

Deno.test("Region takes its lines away while standard error is written to", () => {
  const { terminal, state, take } = fakeTerminal();
  const region = new Region(terminal, () => {});
  region.draw(["live"]);
  take();
  region.terminal.writeError("warning\n");
  assertEquals([take(), state.err], ["\r\x1b[Jlive\x1b[K\x1b[J", "warning\n"]);
});

Deno.test("Region clears the rows that its lines take after the terminal became narrower", () => {
  const { terminal, state, take } = fakeTerminal();
  const told: string[] = [];
  const region = new Region(terminal, () => void told.push("again"));
  region.draw(["fifteen columns", "x"]);
  take();
  state.columns = 10;
  state.disturb("resized");
  assertEquals([take(), told], ["\r\x1b[2A\x1b[J", ["again"]]);
});

Deno.test("Region draws below what the shell printed after it was stopped and went on", () => {
  const { terminal, state, take } = fakeTerminal();
  const region = new Region(terminal, () => {});
  region.draw(["a", "b"]);
  take();
  state.disturb("continued");
  region.draw(["a", "b"]);
  assertEquals(take(), "\na\x1b[K\nb\x1b[K\x1b[J");
});

Deno.test("Region leaves its last lines when it is asked to", () => {
  const { terminal, take } = fakeTerminal();
  const region = new Region(terminal, () => {});
  region.draw(["a"]);
  take();
  region.leave();
  assertEquals(take(), "\n");
  region.draw(["b"]);
  assertEquals(take(), "");
});
