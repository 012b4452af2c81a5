import { assertEquals } from "@std/assert";
import { Output } from "../../../src/cli/output.ts";
import { reportError } from "../../../src/cli/report_error.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Terminal } from "../../../src/sys/terminal.ts";

const hostile = "a\u001b]0;title\u0007b\u001b[31mc\u009b1md\u0000e\u202ef\tg\nh";
const redaction = { text: (text: string) => text };

function printing() {
  const printed = { out: "", error: "" };
  const terminal: Terminal = {
    write: (text) => void (printed.out += text),
    writeError: (text) => void (printed.error += text),
    isTerminal: true,
    isErrorTerminal: true,
    columns: () => 80,
    rows: () => 24,
    onDisturbed: () => () => {},
    folder: "/",
    program: ["macp"],
    onSignal: () => () => {},
  };
  const output = (color: "always" | "never", json = false) =>
    new Output(terminal, {}, {
      json,
      quiet: false,
      verbose: false,
      plain: false,
      color,
      redaction,
    });
  return { printed, terminal, output };
}

// deno-lint-ignore no-control-regex
const controls = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]/;

Deno.test("Output prints no control characters of texts from outside, and its own colours", () => {
  for (const color of ["always", "never"] as const) {
    const { printed, output } = printing();
    const out = output(color);
    out.line(`${out.paint("yellow", "x")} a\u001b]0;t\u0007b\u009b1m\u202ec\td\ne`);
    const own = color === "always" ? "\u001b[33mx\u001b[39m" : "x";
    assertEquals(printed.out, `${own} a ]0;t b 1m c\td\ne\n`);
    out.line("\u001b[31mred\u001b[39m");
    const red = color === "always" ? "\u001b[31mred\u001b[39m" : " [31mred [39m";
    assertEquals(printed.out.split("\n").at(-2), red);
    out.warn(hostile);
    assertEquals(controls.test(printed.error), false, JSON.stringify(printed.error));
  }
});

Deno.test("Output prints JSON in which everything can be seen, and which means the same", () => {
  const { printed, output } = printing();
  output("always", true).jsonLine({ text: hostile });
  assertEquals(JSON.parse(printed.out), { text: hostile });
  assertEquals(controls.test(printed.out), false, JSON.stringify(printed.out));
});

Deno.test("reportError() prints no control characters of what it names", () => {
  const { printed, terminal } = printing();
  const error = new MacpError("usage", `Cannot run ${hostile} as there is no such command`, {
    code: "usage",
    details: [hostile],
    hints: [hostile],
  });
  for (const json of [false, true]) {
    assertEquals(reportError(terminal, error, { json, verbose: false, redaction }), 2);
  }
  reportError(terminal, new Error(hostile), { json: false, verbose: true, redaction });
  assertEquals(controls.test(printed.error), false, JSON.stringify(printed.error));
});
