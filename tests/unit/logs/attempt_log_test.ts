import { assert, assertEquals } from "@std/assert";
import { realFiles } from "../../../src/host/files.ts";
import { AttemptLog } from "../../../src/logs/attempt_log.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const secret = "marker-secret-0123456789";
const redactor = createRedactor([{ name: "MARKER", value: secret }]);
const bytes = (text: string) => new TextEncoder().encode(text);

function withLog(test: (log: AttemptLog, read: () => string, folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    const log = openLog(folder);
    test(log, () => Deno.readTextFileSync(log.path), folder);
    log.end();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const openLog = (folder: string, maxBytes = 65_536) =>
  new AttemptLog({
    files: realFiles,
    folder: `${folder}/logs`,
    name: "TASK-1",
    attempt: 2,
    maxBytes,
    redactor,
  });

Deno.test("AttemptLog makes a private file in private folders", () =>
  withLog((log, _read, folder) => {
    const modeOf = (path: string) => (Deno.statSync(path).mode ?? 0) & 0o777;
    assertEquals(log.path, `${folder}/logs/TASK-1/2.log`);
    assertEquals(modeOf(log.path), 0o600);
    assertEquals(modeOf(`${folder}/logs/TASK-1`), 0o700);
    assertEquals(modeOf(`${folder}/logs`), 0o700);
  }));

Deno.test("AttemptLog.write() writes complete lines at once, plain and redacted", () =>
  withLog((log, read) => {
    log.write(bytes(`\x1b[32mok\x1b[0m 50%\rok 100%\r\nkey ${secret}\r\npart`));
    assertEquals(read(), "ok 100%\nkey [redacted:MARKER]\n");
    log.write(bytes("ial\n"));
    assertEquals(read(), "ok 100%\nkey [redacted:MARKER]\npartial\n");
  }));

Deno.test("AttemptLog.write() finds a secret that is cut, coloured or spread by NUL", () =>
  withLog((log, read) => {
    for (const char of secret) log.write(bytes(char));
    log.write(bytes("\n"));
    log.write(bytes(`${secret.slice(0, 9)}\x1b[1m${secret.slice(9)}\n`));
    log.write(bytes(`${[...secret].join("\0")}\n`));
    log.end();
    assertEquals(read(), "[redacted:MARKER]\n".repeat(3));
  }));

Deno.test("AttemptLog.write() keeps the lines and characters of two streams apart", () =>
  withLog((log, read) => {
    const euro = bytes("€\n");
    log.write(euro.subarray(0, 1), "out");
    log.write(bytes("error\n"), "err");
    log.write(euro.subarray(1), "out");
    assertEquals(read(), "error\n€\n");
  }));

Deno.test("AttemptLog.section() begins a line of its own, redacted, in one line", () =>
  withLog((log, read) => {
    log.write(bytes("no line end"));
    log.section(`gate: a\n\tb\x1b ${secret}`);
    log.write(bytes("text\n"));
    log.section("next");
    assertEquals(read(), "no line end\n== gate: a b [redacted:MARKER]\ntext\n== next\n");
  }));

Deno.test("AttemptLog.section() keeps a secret apart from what comes before", () =>
  withLog((log, read) => {
    log.write(bytes(secret.slice(0, 9)));
    log.section("next");
    assertEquals(read(), `${secret.slice(0, 9)}\n== next\n`);
  }));

Deno.test("AttemptLog.tail() gives the end of the newest section, with the open line", () =>
  withLog((log) => {
    log.write(bytes("before\n"));
    log.section("gate");
    log.write(bytes(`one\ntwo\nthree ${secret}`));
    assertEquals(log.tail(2, 1000), "two\nthree [redacted:MARKER]");
    assertEquals(log.tail(9, 1000), "one\ntwo\nthree [redacted:MARKER]");
    assertEquals(log.tail(9, 7), "MARKER]");
  }));

Deno.test("AttemptLog.tail() shows no part of a secret that is not complete in the file", () => {
  const lines = ["first line of the secret", "second line of the secret", "x"];
  const folder = Deno.makeTempDirSync();
  try {
    const log = new AttemptLog({
      files: realFiles,
      folder,
      name: "t",
      attempt: 1,
      maxBytes: 65_536,
      redactor: createRedactor([{ name: "LINES", value: lines.join("\n") }]),
    });
    log.write(bytes(lines.join("\n")));
    assertEquals(log.tail(9, 1000), "[redacted:LINES]");
    log.end();
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("AttemptLog.tail() is what it was after end()", () =>
  withLog((log) => {
    log.write(bytes("one\ntwo"));
    log.end();
    assertEquals(log.tail(9, 1000), "one\ntwo");
  }));

Deno.test("AttemptLog.end() writes what was held back and completes the line, once", () =>
  withLog((log, read) => {
    log.write(bytes(`text ${secret.slice(0, 10)}`));
    assertEquals(read(), "");
    log.end();
    log.end();
    assertEquals(read(), `text ${secret.slice(0, 10)}\n`);
  }));

Deno.test("AttemptLog continues a log that broke off within a line", () =>
  withLog((log, read, folder) => {
    log.end();
    Deno.writeTextFileSync(log.path, "broke o");
    const next = openLog(folder);
    next.section("gate");
    next.end();
    assertEquals(read(), "broke o\n== gate\n");
  }));

Deno.test("AttemptLog keeps the beginning and the end when much is printed", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const log = openLog(folder);
    log.section("first");
    for (let n = 0; n < 3000; n++) log.write(bytes(`line ${n} ${secret} of much output\n`));
    log.write(bytes("the last"));
    log.end();
    const text = Deno.readTextFileSync(log.path);
    assert(text.length <= 65_536);
    assert(text.startsWith("== first\nline 0 [redacted:MARKER] of much output\n"));
    assert(text.endsWith("line 2999 [redacted:MARKER] of much output\nthe last\n"));
    assert(/^\[\.\.\. \d+ bytes dropped \.\.\.\]$/m.test(text));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
