import { assertEquals, assertThrows } from "@std/assert";
import { MacpError } from "../../../src/protocol/errors.ts";
import { Queue } from "../../../src/store/queue.ts";

const path = "tasks.json";

Deno.test("Queue.parse() accepts an object with other members and a bare array", () => {
  const object = Queue.parse('{"v": 1, "tasks": [{"id":"a"}], "z": []}', path);
  assertEquals(object.find("a"), { id: "a" });
  assertEquals(Queue.parse('[{"id":"a"}]', path).tasks.length, 1);
});

Deno.test("Queue.parse() takes the last of several lists, as JSON.parse does", () => {
  const queue = Queue.parse('{"tasks":[{"id":"a"}],"tasks":[{"id":"b"}]}', path);
  const edited = queue.edit([{ id: "b", fields: { x: 1 } }], [], path);
  assertEquals(edited.text, '{"tasks":[{"id":"a"}],"tasks":[{"id":"b","x":1}]}');
});

Deno.test("Queue.parse() refuses what is no queue, naming the file", () => {
  for (const text of ["", "{", "null", "7", '{"tasks":{}}', "{}"]) {
    const error = assertThrows(() => Queue.parse(text, path), MacpError, path);
    assertEquals(error.kind, "failure", text);
  }
});

Deno.test("Queue.parse() refuses two tasks of the same id, naming it", () => {
  const text = '[{"id":"a"},{"id":"b"},{"id":"a"}]';
  const error = assertThrows(() => Queue.parse(text, path), MacpError, "same id: a");
  assertEquals(error.code, "queue_duplicate_id");
});

Deno.test("Queue.edit() patches several tasks and adds one in one pass", () => {
  const queue = Queue.parse('{"tasks":[{"id":"a","n":1.0},{"id":"b"},{"id":"c"}],"x":1}', path);
  const edited = queue.edit(
    [{ id: "c", fields: { s: 1 } }, { id: "a", fields: { s: 2 } }, {
      id: "gone",
      fields: { s: 3 },
    }],
    [{ id: "d" }],
    path,
  );
  assertEquals(
    edited.text,
    '{"tasks":[{"id":"a","n":1.0,"s":2},{"id":"b"},{"id":"c","s":1},{"id":"d"}],"x":1}',
  );
  assertEquals(edited.tasks, JSON.parse(edited.text).tasks);
});

Deno.test("Queue.nameless() counts elements without an id", () => {
  assertEquals(Queue.parse('[null, 5, {"id":""}, {"id":"a"}]', path).nameless(), 3);
});

Deno.test("Queue.edit() adds to an empty and to a filled queue, in its style", () => {
  const added = (text: string, ...tasks: object[]) =>
    Queue.parse(text, path).edit([], tasks, path).text;
  assertEquals(JSON.parse(added('{"tasks":[],"x":1}', { id: "a" }, { id: "b" })), {
    tasks: [{ id: "a" }, { id: "b" }],
    x: 1,
  });
  assertEquals(JSON.parse(added("[ \n ]", { id: "a" })), [{ id: "a" }]);
  assertEquals(
    added('{\n  "tasks": [\n    {"id": "a"}\n  ]\n}\n', { id: "b" }),
    '{\n  "tasks": [\n    {"id": "a"},\n    {\n      "id": "b"\n    }\n  ]\n}\n',
  );
  assertEquals(added('[{"id":"a"}]', { id: "b" }), '[{"id":"a"},{"id":"b"}]');
});

Deno.test("Queue.edit() can be repeated: places move with each edit", () => {
  let queue = Queue.parse('[ {"id":"a"} ,{"id":"b"}, {"id":"c"}]', path);
  for (let i = 0; i < 5; i++) {
    const fields = { text: "x".repeat(i * 3), [`n${i}`]: i };
    queue = queue.edit([{ id: "c", fields }, { id: "a", fields }], [], path);
    queue = queue.edit([{ id: "b", fields: { text: i % 2 ? undefined : "yy" } }], [], path);
    assertEquals(JSON.parse(queue.text), queue.tasks);
  }
  queue = queue.edit([{ id: "a", fields: { last: true } }], [{ id: "d" }], path);
  assertEquals(JSON.parse(queue.text), queue.tasks);
  assertEquals(queue.edit([{ id: "gone", fields: { x: 1 } }], [], path), queue);
});
