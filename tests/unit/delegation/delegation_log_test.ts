import { assertEquals } from "@std/assert";
import { DelegationLog, readDelegations } from "../../../src/delegation/delegation_log.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const base = { runId: "run", agent: "reviewer", workflowId: null, stepId: null };
const noon = Date.parse("2026-03-04T12:00:00.007Z");

/** A world whose clock says what `set` told it last. */
function worldAt(now: number) {
  const { clock } = realWorld();
  let time = now;
  const world = { files: realFiles, clock: { ...clock, now: () => time } };
  return { world, set: (next: number) => void (time = next) };
}

const same = createRedactor([]);

/** Runs a test with the path of a log folder that does not exist yet. */
function withFolder(act: (folder: string) => void): void {
  const parent = Deno.makeTempDirSync();
  try {
    act(`${parent}/log/delegations`);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

Deno.test("DelegationLog.add() writes a line an event, in the file of the day", () => {
  withFolder((folder) => {
    const { world, set } = worldAt(noon);
    const log = new DelegationLog(world, folder, same, base);
    log.add("attempt_start", "Review\nthis");
    log.add("complete", "complete", { attempt: 2, elapsedMs: 12.6, confidence: "high" });
    set(noon + 12 * 3600_000);
    log.add("timeout", "");
    const start = '{"timestamp":"2026-03-04T12:00:00.007Z","runId":"run","agent":"reviewer",';
    assertEquals(
      Deno.readTextFileSync(`${folder}/2026-03-04.jsonl`),
      `${start}"event":"attempt_start","detail":"Review\\nthis","attempt":1,"elapsedMs":0}\n` +
        `${start}"event":"complete","detail":"complete","attempt":2,"elapsedMs":13,` +
        '"confidence":"high"}\n',
    );
    assertEquals(Deno.statSync(`${folder}/2026-03-04.jsonl`).mode ?? 0, 0o100600);
    assertEquals(realFiles.list(folder), ["2026-03-04.jsonl", "2026-03-05.jsonl"]);
    assertEquals(log.failure, null);
  });
});

Deno.test("DelegationLog.add() names workflow and step, and lets nothing stand in a field's place", () => {
  withFolder((folder) => {
    const { world } = worldAt(noon);
    const traced = { ...base, workflowId: "wf-1", stepId: "s-2" };
    const log = new DelegationLog(world, folder, same, traced);
    log.add("late_arrival", "x", { runId: "other", workflowRunId: "other", more: null });
    const [line] = readDelegations(realFiles, folder);
    assertEquals(line?.entry, {
      timestamp: "2026-03-04T12:00:00.007Z",
      runId: "run",
      agent: "reviewer",
      event: "late_arrival",
      detail: "x",
      attempt: 1,
      elapsedMs: 0,
      workflowRunId: "wf-1",
      stepId: "s-2",
      more: null,
    });
  });
});

Deno.test("DelegationLog.add() takes secrets out before it cuts", () => {
  withFolder((folder) => {
    const { world } = worldAt(noon);
    const redactor = createRedactor([{ name: "X", value: "hidden-value" }]);
    const log = new DelegationLog(world, folder, redactor, { ...base, agent: "hidden-value" });
    const long = `${"x".repeat(490)}hidden-value`;
    log.add("send_failed", long, { more: long, note: `${"y".repeat(499)}😀` });
    const text = Deno.readTextFileSync(`${folder}/2026-03-04.jsonl`);
    assertEquals(text.includes("hidden"), false);
    const entry = JSON.parse(text);
    assertEquals([entry.agent, entry.detail.length, entry.note], [
      "[redacted:X]",
      500,
      "y".repeat(499),
    ]);
  });
});

Deno.test("DelegationLog.add() ends a line that a crash left open, and tells when it cannot write", () => {
  withFolder((folder) => {
    const { world } = worldAt(noon);
    Deno.mkdirSync(folder, { recursive: true });
    const path = `${folder}/2026-03-04.jsonl`;
    Deno.writeTextFileSync(path, '{"event":"comp');
    const log = new DelegationLog(world, folder, same, base);
    log.add("timeout", "");
    const entries = [...readDelegations(realFiles, folder)].map(({ entry }) => entry?.event);
    assertEquals(entries, [undefined, "timeout"]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    log.add("timeout", "");
    assertEquals(log.failure, `It is a folder, not a file: ${path}`);
  });
});

Deno.test("readDelegations() gives entries since a time, of all files, and names lines that are none", () => {
  withFolder((folder) => {
    assertEquals([...readDelegations(realFiles, folder)], []);
    Deno.mkdirSync(folder, { recursive: true });
    const write = (name: string, lines: unknown[]) =>
      Deno.writeTextFileSync(
        `${folder}/${name}`,
        lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join(""),
      );
    const at = (timestamp: string) => ({ timestamp, event: "timeout", runId: "r", agent: "a" });
    write("2026-03-01.jsonl", [at("2026-03-01T23:59:59Z")]);
    write("2026-03-04.jsonl", [
      "not JSON",
      "",
      "[]",
      { event: "timeout", timestamp: "soon" },
      { timestamp: "2026-03-04T10:00:00Z" },
      at("2026-03-04T10:00:00Z"),
      at("2026-03-04T12:00:00Z"),
    ]);
    write("notes.jsonl", ["not a log"]);
    Deno.mkdirSync(`${folder}/2026-03-05.jsonl`);
    const read = (since?: number) =>
      [...readDelegations(realFiles, folder, since === undefined ? {} : { since })]
        .map(({ entry }) => entry?.timestamp.slice(8, 13) ?? null);
    assertEquals(read(), ["01T23", null, null, null, null, "04T10", "04T12"]);
    const since = Date.parse("2026-03-04T11:00:00Z");
    assertEquals(read(since), [null, null, null, null, "04T12"]);
    const [first] = readDelegations(realFiles, folder);
    assertEquals(first, {
      file: `${folder}/2026-03-01.jsonl`,
      entry: { ...at("2026-03-01T23:59:59Z"), detail: "", attempt: 1, elapsedMs: 0 },
    });
  });
});

Deno.test("readDelegations() leaves out a workflow and a step that are no texts", () => {
  const folder = Deno.makeTempDirSync();
  try {
    const entry = { timestamp: "2026-03-04T10:00:00Z", event: "timeout", more: 1 };
    const line = { ...entry, workflowRunId: { toString: 1 }, stepId: [{}] };
    Deno.writeTextFileSync(`${folder}/2026-03-04.jsonl`, `${JSON.stringify(line)}\n`);
    const [read] = readDelegations(realFiles, folder);
    const rest = { runId: "", agent: "", detail: "", attempt: 1, elapsedMs: 0 };
    assertEquals(read?.entry, { ...entry, ...rest });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
