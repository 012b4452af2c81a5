import { assertEquals, assertThrows } from "@std/assert";
import {
  makeRequestRecord,
  readRequest,
  sameQuestion,
  writeRequest,
} from "../../../src/delegation/request_record.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

const { clock, uuid } = realWorld();
const world = {
  files: realFiles,
  uuid,
  clock: { ...clock, now: () => Date.parse("2026-03-04T05:06:07.008Z") },
};
const asked = {
  runId: "run",
  agent: "reviewer",
  task: "Review this",
  context: null,
  caller: "lead",
  workflowId: "wf",
  stepId: null,
  strict: false,
};

/** Runs a test with a folder that does not exist yet. */
async function withFolder(act: (folder: string) => Promise<void> | void): Promise<void> {
  const parent = Deno.makeTempDirSync();
  try {
    await act(`${parent}/handoffs`);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

Deno.test("readRequest() gives what writeRequest() wrote", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/run.request.json`;
    assertEquals(readRequest(realFiles, path, "run"), null);
    const record = await makeRequestRecord(world, asked);
    writeRequest(world, path, record);
    const { asked_sha256, ...rest } = record;
    assertEquals(rest, {
      schema_version: 1,
      run_id: "run",
      agent: "reviewer",
      caller: "lead",
      workflow_id: "wf",
      step_id: null,
      strict: false,
      started_at: "2026-03-04T05:06:07.008Z",
      delivery: null,
      question_sha256: null,
      taken: false,
    });
    assertEquals(/^[0-9a-f]{64}$/.test(asked_sha256), true);
    assertEquals(readRequest(realFiles, path, "run"), record);
    assertEquals(realFiles.stat(path)?.mode, 0o600);
    assertEquals(realFiles.list(folder), ["run.request.json"]);
    assertEquals(Deno.readTextFileSync(path).includes("Review this"), false);
  });
});

Deno.test("readRequest() takes no other text for a hash, as it would be written on", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/run.request.json`;
    const record = await makeRequestRecord(world, asked);
    const question = { ...record, question_sha256: "see ghp_secret" };
    writeRequest(world, path, question);
    assertEquals(readRequest(realFiles, path, "run")?.question_sha256, null);
    writeRequest(world, path, { ...record, asked_sha256: "see ghp_secret" });
    assertThrows(
      () => readRequest(realFiles, path, "run"),
      MacpError,
      "it is no record of this run",
    );
  });
});

Deno.test("sameQuestion() compares run, agent, task and context", async () => {
  const record = await makeRequestRecord(world, asked);
  const same = async (other: Partial<typeof asked>) =>
    sameQuestion(record, await makeRequestRecord(world, { ...asked, ...other }));
  assertEquals(await same({ caller: "other", workflowId: "x", stepId: null, strict: true }), true);
  assertEquals(await same({ runId: "run2" }), false);
  assertEquals(await same({ agent: "reviewer2" }), false);
  assertEquals(await same({ task: "Review that" }), false);
  const context = await makeRequestRecord(world, { ...asked, context: "" });
  assertEquals(sameQuestion(record, context), false);
});

Deno.test("readRequest() refuses what is no record of the run", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/run.request.json`;
    const record = await makeRequestRecord(world, asked);
    Deno.mkdirSync(folder);
    const contents = [
      "",
      "{}",
      JSON.stringify({ ...record, schema_version: 2 }),
      JSON.stringify({ ...record, run_id: "other" }),
      JSON.stringify({ ...record, agent: null }),
      JSON.stringify({ ...record, started_at: "soon" }),
    ];
    for (const content of contents) {
      Deno.writeTextFileSync(path, content);
      const error = assertThrows(() => readRequest(realFiles, path, "run"), MacpError);
      assertEquals([error.kind, error.code], ["failure", "request_unreadable"], content);
    }
    Deno.removeSync(path);
    Deno.symlinkSync("/nowhere", path);
    const error = assertThrows(() => readRequest(realFiles, path, "run"), MacpError);
    assertEquals(error.message, `Cannot read ${path} as it is a symbolic link`);
  });
});
