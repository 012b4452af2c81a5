import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { execTask, withRepository } from "./harness.ts";

/** An element with everything that a rewrite by JSON.stringify would change. */
const odd = `{ "zeta": 1.0, "id" : "odd",   "status":"completed",
      "title": "caf\\u00e9 \\/ é", "big": 12345678901234567890, "exp": 1E3, "neg": -0,
    "small": 1.10, "deep": {"b": [1.50 , 2],"a":{} , "b2":[ ] },
"twice": 1, "twice": 2, "__proto__": {"x": 1} }`;

const head = `{
   "version": 1.0, "owner": {"b": 1, "a": 20000000000000000001},
   "tasks" : [
    ${odd},
    `;
const tail = `
   ],
   "after": [1.0, 2.00]
}
`;

Deno.test("What an edit does not name keeps its bytes: numbers, key order, white space, escapes", async () => {
  await withRepository(async (repository) => {
    const own =
      `{"title":"T","status":"pending","extra":3.0,"id":"t","dispatch":"exec","command":"true","n":90071992547409931}`;
    repository.writeQueue(head + own + tail);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const text = repository.queueText();
    assert(text.startsWith(head), text);
    assert(text.endsWith(tail), text);
    assertEquals(repository.task("t").status, "completed");
    for (const part of ['"title":"T"', '"extra":3.0', '"n":90071992547409931']) {
      assertStringIncludes(text, part);
    }
    assertEquals(text.indexOf('"title":"T"') < text.indexOf('"extra":3.0'), true);
  });
});

Deno.test("submit only adds: every byte that was there is still there", async () => {
  await withRepository(async (repository) => {
    repository.writeQueue(head + execText() + tail);
    await repository.submit("new", "true");
    const text = repository.queueText();
    assert(text.startsWith(head + execText()), text);
    assert(text.endsWith(tail), text);
    assertEquals(repository.task("new").status, "pending");
  });
});

/** A task on one line. */
function execText(): string {
  return JSON.stringify(execTask("t", "true"));
}

Deno.test("retry and cancel change the fields that they name and nothing else", async () => {
  await withRepository(async (repository) => {
    const own = (status: string) =>
      `{"a": 1.0, "id": "t", "title": "T", "status": "${status}", "dispatch": "exec", "command": "true", "z": 2.0}`;
    repository.writeQueue(head + own("failed") + tail);
    assertEquals((await repository.macp(["retry", "t"])).code, 0);
    assertEquals((await repository.macp(["cancel", "t"])).code, 0);
    const text = repository.queueText();
    assert(text.startsWith(head) && text.endsWith(tail), text);
    assertStringIncludes(
      text,
      '{"a": 1.0, "id": "t", "title": "T", "status": "failed", "dispatch": "exec", "command": "true", "z": 2.0',
    );
  });
});

Deno.test("Line breaks of Windows, tabs and a missing last line break stay", async () => {
  await withRepository(async (repository) => {
    const text =
      '{\r\n\t"tasks": [\r\n\t\t{\r\n\t\t\t"id": "t",\r\n\t\t\t"title": "T",\r\n\t\t\t"status": "pending",\r\n\t\t\t"dispatch": "exec",\r\n\t\t\t"command": "true"\r\n\t\t}\r\n\t]\r\n}';
    repository.writeQueue(text);
    assertEquals((await repository.macp(["drain"])).code, 0);
    const now = repository.queueText();
    assert(
      now.startsWith(
        '{\r\n\t"tasks": [\r\n\t\t{\r\n\t\t\t"id": "t",\r\n\t\t\t"title": "T",\r\n\t\t\t"status": "completed",\r\n',
      ),
      now,
    );
    assert(now.endsWith("\r\n\t\t}\r\n\t]\r\n}"), now);
  });
});

Deno.test("The mode of tasks.json stays", async () => {
  await withRepository(async (repository) => {
    Deno.chmodSync(repository.state("tasks.json"), 0o664);
    await repository.submit("t", "true");
    assertEquals(
      ((Deno.statSync(repository.state("tasks.json")).mode ?? 0) & 0o777).toString(8),
      "664",
    );
  });
});
