import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { allMutations } from "../mutations/all_mutations.ts";
import type { Mutation } from "../mutations/mutation.ts";
import { proveMutations } from "../mutations/run_mutations.ts";
import { exists, inFolder } from "./harness.ts";

/** Mutations by which nothing is broken, by the module that they are in. */
const others: readonly Mutation[] = [
  {
    promise: 5,
    module: "cli/version.ts",
    why: "nothing is wrong",
    find: "config.version",
    replace: "(config.version)",
    tests: [{ file: "secrets_test.ts", filter: "What commands print is redacted" }],
  },
  {
    promise: 5,
    module: "cli/main.ts",
    why: "it is no program any more",
    find: "export async function runCli(",
    replace: "export async function (",
    tests: [{ file: "secrets_test.ts", filter: "What commands print is redacted" }],
  },
  {
    promise: 5,
    module: "cli/output.ts",
    why: "it stands nowhere",
    find: "this text stands nowhere",
    replace: "",
    tests: [{ file: "secrets_test.ts", filter: "What commands print is redacted" }],
  },
  {
    promise: 5,
    module: "cli/time.ts",
    why: "it has no test",
    find: "@module",
    replace: "@module A comment",
    tests: [{ file: "secrets_test.ts", filter: "There is no such test" }],
  },
];

Deno.test("A broken promise is caught, and what no test can tell is a fault", async () => {
  await inFolder(async (folder) => {
    const caught = allMutations.filter(({ module }) => module === "cli/redacted_json.ts");
    const scratch = join(folder, "scratch");

    const report = await proveMutations({ folder: scratch, mutations: [...caught, ...others] });

    const outcomes = report.results.map(({ outcome }) => outcome);
    assertEquals(outcomes, ["caught", "survived", "fault", "fault", "fault"]);
    assertEquals([report.caught, report.faults.length], [1, 4]);
    const said = [
      "nothing is wrong: no test noticed it",
      "does not compile",
      "does not stand in the module exactly once",
      "no test of secrets_test.ts has this name: There is no such test",
    ];
    for (const [at, text] of said.entries()) assertStringIncludes(report.faults[at] ?? "", text);
    assertEquals(exists(scratch), false);
  });
});
