import { assertEquals } from "@std/assert";
import { handoffFaults, handoffFiles, handoffKindOf } from "../../../src/cli/check_handoff.ts";
import { makeRequestRecord, writeRequest } from "../../../src/delegation/request_record.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";

const asked = {
  runId: "run",
  agent: "auditor",
  task: "Look",
  context: null,
  caller: null,
  workflowId: null,
  stepId: null,
};

/** Runs a test with a temporary folder. */
async function withFolder(act: (folder: string) => Promise<void> | void): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await act(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("handoffKindOf() knows answers by their folder or by what was asked", async () => {
  await withFolder(async (folder) => {
    const kindOf = (name: string) => handoffKindOf(realFiles, `${folder}/${name}`);
    assertEquals(kindOf("handoffs/run.json"), "handoff");
    assertEquals(kindOf("handoffs/run.prev.json"), "handoff");
    assertEquals(kindOf("handoffs/run.request.json"), "request");
    assertEquals(kindOf("handoffs/run.lock"), null);
    assertEquals(kindOf("run.json"), null);
    const world = realWorld();
    for (const [strict, kind] of [[true, "handoff"], [false, "lenient-handoff"]] as const) {
      const record = await makeRequestRecord(world, { ...asked, strict });
      writeRequest(world, `${folder}/run.request.json`, record);
      assertEquals([kindOf("run.json"), kindOf("run.prev.json")], [kind, kind]);
    }
    Deno.writeTextFileSync(`${folder}/run.request.json`, "{}");
    assertEquals(kindOf("run.json"), "handoff");
  });
});

Deno.test("handoffFaults() tells what is wrong with each kind of file", async () => {
  await withFolder((folder) => {
    const path = `${folder}/run.json`;
    assertEquals(handoffFaults(realFiles, path, "handoff"), [`${path}: it is gone`]);
    Deno.writeTextFileSync(path, '{"status":"complete","result":1}');
    assertEquals(handoffFaults(realFiles, path, "lenient-handoff"), []);
    assertEquals(handoffFaults(realFiles, path, "handoff").length, 4);
    Deno.writeTextFileSync(path, '{"status":"done","result":1}');
    assertEquals(handoffFaults(realFiles, path, "lenient-handoff"), [
      `${path}: /status: found "done", expected one of "complete", "partial", "blocked", "failed"`,
    ]);
    Deno.writeTextFileSync(path, "");
    assertEquals(handoffFaults(realFiles, path, "handoff"), [`${path}: it is empty`]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    assertEquals(handoffFaults(realFiles, path, "handoff"), [`${path}: it is a folder`]);
    const request = `${folder}/run.request.json`;
    assertEquals(handoffFaults(realFiles, request, "request"), []);
    Deno.writeTextFileSync(request, "{}");
    assertEquals(handoffFaults(realFiles, request, "request"), [
      `Cannot read ${request} as it is no record of this run`,
    ]);
  });
});

Deno.test("handoffFiles() leaves out what was moved aside", async () => {
  await withFolder((folder) => {
    assertEquals(handoffFiles(realFiles, `${folder}/none`), []);
    for (const name of ["a.json", "a.prev.json", "a.request.json", "a.lock", "b.json.tmp"]) {
      Deno.writeTextFileSync(`${folder}/${name}`, "{}");
    }
    assertEquals(handoffFiles(realFiles, folder), [`${folder}/a.json`, `${folder}/a.request.json`]);
  });
});
