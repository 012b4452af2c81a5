import { assertEquals, assertThrows } from "@std/assert";
import { findCommand } from "../../../src/cli/commands.ts";
import { parseArguments } from "../../../src/cli/parse_arguments.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const spec = findCommand("status");

Deno.test("parseArguments() refuses _ as any other unknown option", () => {
  if (!spec) throw new Error("Cannot find status");
  for (const arg of ["-_", "--_", "--_=x", "-q_", "-_q", "-_=1"]) {
    const error = assertThrows(() => parseArguments(spec, [arg, "more"]), MacpError);
    assertEquals(error.message.startsWith("Cannot use option -"), true, error.message);
  }
});
