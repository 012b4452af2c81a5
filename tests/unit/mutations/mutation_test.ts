import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { allMutations } from "../../mutations/all_mutations.ts";
import { root } from "../../mutations/checkout_copy.ts";
import { mutated, type Mutation, promises, titleOf } from "../../mutations/mutation.ts";

const mutation: Mutation = {
  promise: 1,
  module: "gates/judge_gate.ts",
  why: "nothing is wrong",
  find: "b",
  replace: "$&",
  tests: [],
};

Deno.test("mutated() gives null when the text does not stand there exactly once", () => {
  assertEquals(mutated("abc", mutation), "a$&c");
  assertEquals(mutated("ac", mutation), null);
  assertEquals(mutated("abcb", mutation), null);
});

Deno.test("allMutations holds five of each promise, each in another module", () => {
  for (const promise of promises) {
    const own = allMutations.filter((mutation) => mutation.promise === promise);
    assertEquals(own.length, 5, `promise ${promise}`);
    assertEquals(new Set(own.map(({ module }) => module)).size, 5, `promise ${promise}`);
  }
});

Deno.test("Each of allMutations applies to its module, changes it, and names tests", () => {
  for (const mutation of allMutations) {
    const text = Deno.readTextFileSync(join(root, "src", mutation.module));
    const after = mutated(text, mutation);
    assertEquals(typeof after, "string", `does not apply: ${titleOf(mutation)}`);
    assertEquals(after === text, false, `changes nothing: ${titleOf(mutation)}`);
    const files = mutation.tests.map(({ file }) => join(root, "tests", "e2e", file));
    assertEquals(files.length > 0 && files.every((file) => Deno.statSync(file).isFile), true);
  }
});
