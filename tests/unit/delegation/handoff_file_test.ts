import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type HandoffRead,
  MAX_HANDOFF_BYTES,
  readHandoff,
} from "../../../src/delegation/handoff_file.ts";
import { realFiles } from "../../../src/host/files.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import type { Files } from "../../../src/sys/files.ts";

/** Runs a test on a file in a temporary folder. */
function withPath(act: (path: string, folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    act(`${folder}/run.json`, folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Kind and reason of what `content` reads as. */
function readContent(content: string | Uint8Array<ArrayBuffer>): HandoffRead {
  let read: HandoffRead = { kind: "absent" };
  withPath((path) => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    Deno.writeFileSync(path, bytes);
    read = readHandoff(realFiles, path);
  });
  return read;
}

Deno.test("readHandoff() gives the object in a file, and what the file looked like", () => {
  withPath((path) => {
    assertEquals(readHandoff(realFiles, path), { kind: "absent" });
    Deno.writeTextFileSync(path, '{"status":"complete","result":"ü€😀"}\n');
    const stat = realFiles.stat(path);
    if (stat === null) throw new Error("The file is missing");
    const document = { status: "complete", result: "ü€😀" };
    assertEquals(readHandoff(realFiles, path), { kind: "read", document, stat });
  });
});

Deno.test("readHandoff() passes over a byte order mark", () => {
  const read = readContent('\ufeff{"a":1}');
  assertEquals(read.kind === "read" && read.document, { a: 1 });
});

Deno.test("readHandoff() tells apart what does not parse", () => {
  const utf16 = new Uint8Array([0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]);
  const samples: [string | Uint8Array<ArrayBuffer>, string][] = [
    ["", "it is empty"],
    [" \n", "it is empty"],
    ['{"status": "comp', "it is not JSON: "],
    [
      "{'status': 'complete'}",
      "it is not JSON: Expected property name or '}' in JSON at position 1",
    ],
    ['{"status": complete}', "it is not JSON: Unexpected token 'c'"],
    ["complete", "it is not JSON: Unexpected token 'c'"],
    ["undefined", "it is not JSON: it begins otherwise"],
    ["[1]", "it holds a list, not a JSON object"],
    ['"done"', "it holds a text, not a JSON object"],
    ["7", "it holds a number, not a JSON object"],
    ["null", "it holds null, not a JSON object"],
    ['{"a":"\0"}', "it holds NUL bytes"],
    ["\0\0\0", "it holds NUL bytes"],
    [utf16, "it is UTF-16 text, not UTF-8"],
    [new Uint8Array([0x7b, 0xff, 0x7d]), "it is not UTF-8 text"],
    [`{"a":${"[".repeat(600)}${"]".repeat(600)}}`, "it is nested more than 500 deep"],
  ];
  for (const [content, reason] of samples) {
    const read = readContent(content);
    assertEquals(read.kind, "unparsable", String(content));
    assertStringIncludes(read.kind === "unparsable" ? read.reason : "", reason);
  }
});

Deno.test("readHandoff() takes a replacement character for text", () => {
  const read = readContent('{"a":"\ufffd"}');
  assertEquals(read.kind === "read" && read.document, { a: "\ufffd" });
});

Deno.test("readHandoff() keeps the first 2000 characters of what does not parse", () => {
  const read = readContent(`${"x".repeat(1999)}😀 and more`);
  assertEquals(read.kind === "unparsable" && read.text, "x".repeat(1999));
});

Deno.test("readHandoff() takes secrets out before anything is cut", () => {
  const secret = "value-that-stays-inside";
  const redactor = createRedactor([{ name: "X", value: secret }]);
  withPath((path) => {
    Deno.writeTextFileSync(path, JSON.stringify({ notes: `${secret}, ${secret}` }));
    const read = readHandoff(realFiles, path, redactor);
    assertEquals(read.kind === "read" && read.document, { notes: "[redacted:X], [redacted:X]" });
    Deno.writeTextFileSync(path, JSON.stringify({ runId: secret, agent: secret }));
    const own = readHandoff(realFiles, path, redactor);
    assertEquals(own.kind === "read" && own.document, { runId: secret, agent: "[redacted:X]" });
    Deno.writeTextFileSync(path, `${"x".repeat(1990)}${secret}`);
    const bad = readHandoff(realFiles, path, redactor);
    assertEquals(bad.kind === "unparsable" && bad.text, `${"x".repeat(1990)}[redacted:`);
    for (const text of [secret, `{"a":${secret}`, `{"a":"${secret}`, `{"a":1}${secret}`]) {
      Deno.writeTextFileSync(path, text);
      const { kind, reason } = { reason: "", ...readHandoff(realFiles, path, redactor) };
      assertEquals([kind, /value|that|inside/.test(reason)], ["unparsable", false], reason);
    }
  });
});

Deno.test("readHandoff() opens no link, folder, pipe or file that is too large", () => {
  withPath((path, folder) => {
    const files: Files = {
      ...realFiles,
      open: (opened) => {
        throw new Error(`Opened: ${opened}`);
      },
    };
    const reasonOf = () => {
      const read = readHandoff(files, path);
      Deno.removeSync(path);
      return read.kind === "unreadable" ? read.reason : read.kind;
    };
    Deno.writeTextFileSync(`${folder}/other`, "{}");
    Deno.symlinkSync(`${folder}/other`, path);
    assertEquals(reasonOf(), "it is a symbolic link");
    Deno.symlinkSync(`${folder}/nothing`, path);
    assertEquals(reasonOf(), "it is a symbolic link");
    Deno.mkdirSync(path);
    assertEquals(reasonOf(), "it is a folder");
    new Deno.Command("mkfifo", { args: [path] }).outputSync();
    assertEquals(reasonOf(), "it is a pipe, a socket or a device");
    Deno.writeTextFileSync(path, "{}");
    Deno.truncateSync(path, 1024 ** 3);
    assertEquals(reasonOf(), "it has 1073741824 bytes, more than 16777216");
    Deno.writeTextFileSync(path, "{}");
    assertStringIncludes(reasonOf(), "Opened: ");
  });
});

Deno.test("readHandoff() reads a file of just the size that is allowed, and none that grows over it", () => {
  withPath((path) => {
    const frame = '{"a":""}';
    const text = `{"a":"${"x".repeat(MAX_HANDOFF_BYTES - frame.length)}"}`;
    Deno.writeTextFileSync(path, text);
    assertEquals(readHandoff(realFiles, path).kind, "read");
    const growing: Files = {
      ...realFiles,
      open: (opened, options) => {
        const file = realFiles.open(opened, options);
        return {
          ...file,
          stat: () => {
            const stat = file.stat();
            Deno.writeTextFileSync(path, " ", { append: true });
            return stat;
          },
        };
      },
    };
    const read = readHandoff(growing, path);
    assertEquals(read.kind === "unreadable" && /more than 16777216$/.test(read.reason), true);
  });
});

Deno.test("readHandoff() says why a file cannot be opened", () => {
  withPath((path) => {
    Deno.writeTextFileSync(path, "{}");
    const files: Files = {
      ...realFiles,
      open: () => {
        throw new Error("Permission denied (os error 13)");
      },
    };
    const reason = "Permission denied (os error 13)";
    assertEquals(readHandoff(files, path), { kind: "unreadable", reason });
    const hidden = { ...files, lstat: () => files.open(path, {}).stat() };
    assertEquals(readHandoff(hidden, path), { kind: "unreadable", reason });
  });
});

Deno.test("readHandoff() looks again when the file is replaced while it is opened", () => {
  withPath((path, folder) => {
    Deno.writeTextFileSync(path, '{"a":1}');
    let opened = 0;
    const files: Files = {
      ...realFiles,
      open: (name, options) => {
        if (opened++ === 0) {
          Deno.writeTextFileSync(`${folder}/new`, '{"a":2}');
          Deno.renameSync(`${folder}/new`, path);
        }
        return realFiles.open(name, options);
      },
    };
    const read = readHandoff(files, path);
    assertEquals(read.kind === "read" && read.document, { a: 2 });
    const vanishing: Files = {
      ...realFiles,
      open: (name, options) => {
        Deno.removeSync(path);
        return realFiles.open(name, options);
      },
    };
    assertEquals(readHandoff(vanishing, path), { kind: "absent" });
  });
});

Deno.test("readHandoff() gives up on a file that is replaced all the time", () => {
  withPath((path, folder) => {
    Deno.writeTextFileSync(path, "{}");
    const files: Files = {
      ...realFiles,
      open: (name, options) => {
        Deno.writeTextFileSync(`${folder}/new`, "{}");
        const file = realFiles.open(name, options);
        Deno.renameSync(`${folder}/new`, path);
        const inode = file.stat().inode + 1;
        return { ...file, stat: () => ({ ...file.stat(), inode }) };
      },
    };
    const reason = "it is replaced all the time";
    assertEquals(readHandoff(files, path), { kind: "unreadable", reason });
  });
});
