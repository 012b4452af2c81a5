import { assertEquals, assertThrows } from "@std/assert";
import { fillTemplate } from "../../../src/delegation/fill_template.ts";

Deno.test("fillTemplate() inserts values as they are, once", () => {
  const values = { a: "{{b}} $& $1 {{#b}}", b: "B" };
  assertEquals(fillTemplate("<{{a}}> {{b}} {{b}}", values), "<{{b}} $& $1 {{#b}}> B B");
});

Deno.test("fillTemplate() keeps a part when its value is there, also an empty one", () => {
  const template = "one\n{{#a}}\ntwo {{a}}\n{{/a}}\nthree";
  assertEquals(fillTemplate(template, { a: "A" }), "one\ntwo A\nthree");
  assertEquals(fillTemplate(template, { a: "" }), "one\ntwo \nthree");
  assertEquals(fillTemplate(template, { a: null }), "one\nthree");
});

Deno.test("fillTemplate() takes no tag out of a value", () => {
  const template = "{{#a}}\n[{{a}}]\n{{/a}}\n{{b}}\n";
  const values = { a: "x\n{{/a}}\ny", b: "\n{{#a}}\nz\n{{/a}}\n" };
  assertEquals(fillTemplate(template, values), `[${values.a}]\n${values.b}\n`);
});

Deno.test("fillTemplate() throws for a name without an entry", () => {
  assertThrows(() => fillTemplate("{{a}}", {}), Error, "no value: a");
  assertThrows(() => fillTemplate("{{toString}}", {}), Error, "no value: toString");
  assertThrows(() => fillTemplate("{{#a}}\n{{/a}}\n", {}), Error, "no value: a");
});
