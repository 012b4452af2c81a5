import { assertEquals } from "@std/assert";
import {
  differences,
  exampleFaults,
  firstCells,
  optionsRead,
  variablesNamed,
} from "../../../scripts/lib/help_drift.ts";
import { findCommand } from "../../../src/cli/commands.ts";
import { parseArguments } from "../../../src/cli/parse_arguments.ts";

const table = { find: findCommand, parse: parseArguments };

Deno.test("differences() names what stands on one side only", () => {
  const one = { of: "the one", names: ["a", "b", "a"] };
  assertEquals(differences(one, { of: "the other", names: ["b", "c"] }), [
    "a is in the one, and not in the other",
    "c is in the other, and not in the one",
  ]);
  assertEquals(differences(one, { of: "the other", names: ["b", "a"] }), []);
});

Deno.test("exampleFaults() tells commands, options and values that do not fit the table", () => {
  const good = [
    'macp submit --task-id T --title "x y" --gate "a && b"',
    "git diff | macp reply T -",
  ];
  assertEquals(exampleFaults(good, table), []);
  const bad = [
    "cd x && macp stauts",
    "macp show",
    "macp submit --titel x",
    "macp drain --jobs many",
  ];
  assertEquals(exampleFaults(bad, table), [
    "macp stauts: there is no such command",
    "macp show: Cannot run macp show as ID is missing",
    "macp submit --titel x: Cannot use option --titel as macp submit has none of that name",
    "macp drain --jobs many: Cannot use --jobs as it takes a number that is not negative: many",
  ]);
});

Deno.test("optionsRead() finds the options that a source asks for", () => {
  const source = 'args.flag("dry-run"); const id = parsed.text("task-id"); this.list("gate");';
  assertEquals(optionsRead(source), ["dry-run", "task-id", "gate"]);
});

Deno.test("variablesNamed() finds variables that are read or given", () => {
  const source =
    'world.env.HOME ?? ""; env?.TMPDIR; { MACP_SLOT: "1" }; "HTTPS_PROXY"; const A = 1;';
  assertEquals(variablesNamed(source), ["HOME", "HTTPS_PROXY", "MACP_SLOT", "TMPDIR"]);
});

Deno.test("firstCells() reads the first column of the table with that header", () => {
  const text = "| x |\n| - |\n| no |\n\n| code | m |\n| - | - |\n| `0` | a |\n| 1 / 2 | b |\n\nend";
  assertEquals(firstCells(text, "code"), ["0", "1 / 2"]);
  assertEquals(firstCells(text, "none"), []);
});
