import { assertEquals } from "@std/assert";
import { editObject, elementSpans, memberSpans } from "../../../src/store/json_text.ts";

Deno.test("elementSpans() finds elements when strings hold brackets, quotes and backslashes", () => {
  const text = String.raw`[ {"a":"]}\"\\"}, [1,{"b":"["}] ,"x\\", -1.5e3,null]`;
  const { starts, ends } = elementSpans(text, 0, 5);
  const found = [...starts].map((start, i) => text.slice(start, ends[i]));
  assertEquals(found, [
    String.raw`{"a":"]}\"\\"}`,
    '[1,{"b":"["}]',
    String.raw`"x\\"`,
    "-1.5e3",
    "null",
  ]);
});

Deno.test("memberSpans() gives every member when a key stands twice", () => {
  const text = '{ "a" : 1, "b":{"a":2} ,\n"a":[] }';
  const found = memberSpans(text, 0).map((
    { key, value },
  ) => [key, text.slice(value.start, value.end)]);
  assertEquals(found, [["a", "1"], ["b", '{"a":2}'], ["a", "[]"]]);
});

Deno.test("editObject() keeps the bytes of what it does not name", () => {
  const text = '{"id":"x", "big":12345678901234567890,  "f":1.0,"e":1E400, "status":"pending"}';
  assertEquals(
    editObject(text, { status: "running" }),
    '{"id":"x", "big":12345678901234567890,  "f":1.0,"e":1E400, "status":"running"}',
  );
});

Deno.test("editObject() sets the last of several members of the same name, as JSON.parse reads", () => {
  assertEquals(editObject('{"s":1,"s":2}', { s: 3 }), '{"s":1,"s":3}');
});

Deno.test("editObject() removes every member of a name, at each place", () => {
  assertEquals(editObject('{"a":1,"b":2,"c":3}', { a: undefined }), '{"b":2,"c":3}');
  assertEquals(editObject('{"a":1,"b":2,"c":3}', { b: undefined }), '{"a":1,"c":3}');
  assertEquals(editObject('{"a":1,"b":2,"c":3}', { c: undefined }), '{"a":1,"b":2}');
  assertEquals(editObject('{"a":1}', { a: undefined }), "{}");
  assertEquals(editObject('{"a":1,"b":2,"a":3}', { a: undefined }), '{"b":2}');
});

Deno.test("editObject() adds members in the style of the others", () => {
  assertEquals(editObject('{\n\t"a": 1\n}', { b: [1] }), '{\n\t"a": 1,\n\t"b": [\n\t  1\n\t]\n}');
  assertEquals(editObject('{"a":1}', { b: 2 }), '{"a":1,"b":2}');
  assertEquals(JSON.parse(editObject("{}", { b: 2 })), { b: 2 });
});

Deno.test("edits equal those of the parsed value for 2,000 random documents", () => {
  const random = generator(20261121);
  for (let i = 0; i < 2000; i++) {
    const value = randomObject(random, 3);
    const text = random() < 0.5 ? JSON.stringify(value) : JSON.stringify(value, null, 2);
    const key = `k${Math.floor(random() * 6)}`;
    const set = random() < 0.7 ? randomValue(random, 2) : undefined;
    const expected = { ...value };
    if (set === undefined) delete expected[key];
    else expected[key] = set;
    assertEquals(JSON.parse(editObject(text, { [key]: set })), expected, text);
  }
});

/** Mulberry32: the same numbers at each run. */
function generator(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function randomObject(random: () => number, depth: number): Record<string, unknown> {
  const count = Math.floor(random() * 5);
  return Object.fromEntries(
    Array.from(
      { length: count },
      () => [`k${Math.floor(random() * 6)}`, randomValue(random, depth)],
    ),
  );
}

function randomValue(random: () => number, depth: number): unknown {
  const texts = ["", '"', "\\", '\\\\"', "}", "]", ",", ": {", "é\n", "😀", '\\"'];
  const choice = Math.floor(random() * (depth > 0 ? 6 : 4));
  if (choice === 0) return texts[Math.floor(random() * texts.length)];
  if (choice === 1) return Math.floor(random() * 1000) / 8;
  if (choice === 2) return random() < 0.5;
  if (choice === 3) return null;
  if (choice === 4) return randomObject(random, depth - 1);
  return Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth - 1));
}
