import { assertEquals } from "@std/assert";
import { findSlowPart } from "../../../src/runtimes/slow_pattern.ts";

Deno.test("findSlowPart() finds repetitions of repetitions", () => {
  for (
    const [pattern, part] of [
      ["^(a+)+$", "(a+)+"],
      ["x(?:[a-z]*,?)*y", "(?:[a-z]*,?)*"],
      ["((ab+)c)*", "((ab+)c)*"],
      ["(\\w+\\s?){2,}", "(\\w+\\s?){"],
      ["(a+){50}", "(a+){"],
      ["(?<reset>\\d+)*", "(?<reset>\\d+)*"],
      ["(a{2,})+", "(a{2,})+"],
      ["(a|aa)*", "(a|aa)*"],
      ["(?:\\s|[ x])+", "(?:\\s|[ x])+"],
    ] as const
  ) assertEquals(findSlowPart(pattern), part, pattern);
});

Deno.test("findSlowPart() passes over what ends soon", () => {
  for (
    const pattern of [
      "",
      "a+b*",
      "(a+)?",
      "(?:\\w+ ){0,5}limits?",
      "(?:foo|bar)+",
      "(?:/|-)+",
      "[(a+)+]",
      "\\(a+\\)+",
      "no budget until (?<reset>.+) from now",
      "(?=.*x)y+",
      "(a{3})+",
    ]
  ) assertEquals(findSlowPart(pattern), null, pattern);
});
