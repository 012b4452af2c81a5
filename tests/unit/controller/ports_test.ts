import { assert, assertEquals } from "@std/assert";
import { choosePortBase, firstPort } from "../../../src/controller/ports.ts";

const free = () => true;

Deno.test("choosePortBase() gives the first block when nobody has it", () => {
  assertEquals(choosePortBase({ first: 21_000, perSlot: 10, taken: [], isFree: free }), 21_000);
});

Deno.test("choosePortBase() passes over blocks that other attempts have, also of another size", () => {
  const question = { first: 21_000, perSlot: 10, isFree: free };
  assertEquals(choosePortBase({ ...question, taken: [21_000, 21_010, 21_030] }), 21_020);
  assertEquals(choosePortBase({ ...question, taken: [21_005, 21_019] }), 21_030);
});

Deno.test("choosePortBase() passes over a block when one of its ports is not free", () => {
  const isFree = (port: number) => port !== 21_009 && port !== 21_010;
  assertEquals(choosePortBase({ first: 21_000, perSlot: 10, taken: [], isFree }), 21_020);
});

Deno.test("choosePortBase() gives null when no block is free, none fits, or none is wanted", () => {
  const question = { first: 21_000, perSlot: 10, taken: [], isFree: free };
  assertEquals(choosePortBase({ ...question, isFree: () => false }), null);
  assertEquals(choosePortBase({ ...question, first: 65_530 }), null);
  assertEquals(choosePortBase({ ...question, first: 65_526 }), 65_526);
  assertEquals(choosePortBase({ ...question, perSlot: 0 }), null);
});

Deno.test("firstPort() takes the setting, else a block between 20000 and 32000 by the path", () => {
  assertEquals(firstPort(4000, "/a", 10), 4000);
  const ports = ["/a", "/b", "/home/x/project", "/ä"].map((path) => firstPort(null, path, 7));
  for (const port of ports) assert(port >= 20_000 && port + 7 <= 32_000, String(port));
  assert(new Set(ports).size > 1);
  assertEquals(firstPort(null, "/a", 7), ports[0]);
});
