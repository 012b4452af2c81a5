import { assertEquals } from "@std/assert";
import { planCompletion } from "../../../../src/cli/completion/plan.ts";

function kindOf(...words: string[]): string | undefined {
  return planCompletion(words).value?.completes?.kind;
}

function optionsOf(...words: string[]): string[] {
  return planCompletion(words).options.map(({ name }) => name);
}

Deno.test("planCompletion() completes commands, then what the command takes", () => {
  assertEquals(kindOf(""), "commands");
  assertEquals(kindOf("--json", "st"), "commands");
  assertEquals(kindOf("show", ""), "tasks");
  assertEquals(kindOf("show", "a", ""), undefined);
  assertEquals(kindOf("validate", "a", "b", ""), "files");
  assertEquals(kindOf("help", ""), "topics");
  assertEquals(kindOf("nonsense", ""), undefined);
});

Deno.test("planCompletion() completes the value of an option, after a space or =", () => {
  assertEquals(kindOf("submit", "--brief", ""), "files");
  assertEquals(kindOf("submit", "--brief=do"), "files");
  assertEquals(kindOf("submit", "--title", ""), undefined);
  assertEquals(kindOf("--repo", ""), "folders");
  assertEquals(kindOf("drain", "-j", ""), undefined);
  assertEquals(kindOf("show", "--json", ""), "tasks");
  assertEquals(planCompletion(["submit", "--type=co"]).value, {
    completes: { kind: "words", words: planTypes },
    typed: "co",
    before: "--type=",
  });
});

const planTypes = ["coding", "deploy", "research", "review", "documentation", "infrastructure"];

Deno.test("planCompletion() completes the last of several ids with commas", () => {
  const { value } = planCompletion(["submit", "--depends-on=a,b,c"]);
  assertEquals([value?.typed, value?.before], ["c", "--depends-on=a,b,"]);
});

Deno.test("planCompletion() offers options that are not given yet, and none after --", () => {
  assertEquals(optionsOf("logs", "--f"), ["follow"]);
  assertEquals(optionsOf("logs", "-f", "--f"), []);
  assertEquals(optionsOf("submit", "--gate", "x", "--gat"), ["gate"]);
  assertEquals(optionsOf("show", "--", "--j"), []);
  assertEquals(optionsOf("--vers"), ["version"]);
});

Deno.test("planCompletion() knows the repository that is named", () => {
  assertEquals(planCompletion(["--repo", "x", "show", ""]).repository, "x");
  assertEquals(planCompletion(["show", "--repo=y", ""]).repository, "y");
});
