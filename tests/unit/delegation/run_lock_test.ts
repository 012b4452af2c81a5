import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { delegationPlaces } from "../../../src/delegation/places.ts";
import { withRunLock } from "../../../src/delegation/run_lock.ts";
import { realFiles } from "../../../src/host/files.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

Deno.test("withRunLock() removes its file, and keeps others out meanwhile", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "macp-unit-" });
  const about = { path: join(folder, "run.lock"), runId: "run" };
  try {
    const world = { files: { ...realFiles, lock: (path: string) => realFiles.lock(path, 50) } };
    const nested = () => withRunLock(world, about, () => Promise.resolve("inner"));
    const given = await withRunLock(world, about, async () => {
      const error = await assertRejects(nested, MacpError);
      assertEquals([error.kind, error.code], ["busy", "run_busy"]);
      return "outer";
    });
    assertEquals([given, realFiles.list(folder)], ["outer", []]);
    assertEquals(await nested(), "inner");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("withRunLock() locks the file that is there, not one that was removed meanwhile", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "macp-unit-" });
  const path = join(folder, "run.lock");
  let locks = 0;
  const lock: typeof realFiles.lock = async (path, waitMs) => {
    const taken = await realFiles.lock(path, waitMs);
    // Its holder of before removes it now, between the opening and the locking.
    if (locks++ === 0) Deno.removeSync(path);
    return taken;
  };
  try {
    await withRunLock({ files: { ...realFiles, lock } }, { path, runId: "run" }, () => {
      assertEquals([locks, realFiles.list(folder)], [2, ["run.lock"]]);
      return Promise.resolve();
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("withRunLock() refuses what is no file, and makes nothing where a link leads", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "macp-unit-" });
  const path = join(folder, "run.lock");
  const work = () => withRunLock({ files: realFiles }, { path, runId: "run" }, () => nothing);
  const nothing = Promise.resolve();
  try {
    Deno.symlinkSync(join(folder, "elsewhere"), path);
    const error = await assertRejects(work, MacpError);
    assertEquals([error.kind, error.code], ["failure", "lock_not_a_file"]);
    assertEquals(
      error.message,
      `Cannot delegate under run id run as a symbolic link is in the place of its lock: ${path}`,
    );
    assertEquals(realFiles.list(folder), ["run.lock"]);
    Deno.removeSync(path);
    Deno.mkdirSync(path);
    assertEquals((await assertRejects(work, MacpError)).code, "lock_not_a_file");
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("delegationPlaces() reads paths from the repository and the home", () => {
  const settings = { handoff_dir: "~/answers", log_dir: "log", registry: "/etc/agents.json" };
  assertEquals(delegationPlaces(settings, { repository: "/repo", home: "/me" }), {
    handoffs: "/me/answers",
    logs: "/repo/log",
    registry: "/etc/agents.json",
  });
});
