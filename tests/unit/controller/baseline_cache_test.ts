import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import {
  baselineKey,
  readBaseline,
  writeBaseline,
} from "../../../src/controller/baseline_cache.ts";
import type { ControllerContext } from "../../../src/controller/context.ts";
import { resolveGates } from "../../../src/gates/resolve_gates.ts";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { GateEvidence, GateObject } from "../../../src/protocol/generated/types.ts";
import { resolveSettings, settingAt } from "../../../src/protocol/settings.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";
import { storePaths } from "../../../src/store/paths.ts";
import { Store } from "../../../src/store/store.ts";

const commit = "a".repeat(40);

const evidence = (outcome: GateEvidence["outcome"]): GateEvidence => ({
  command: "make test",
  type: "mechanical",
  outcome,
  reason: null,
  exit_code: 0,
  duration_seconds: 1,
  output_tail: "tail",
});

interface Scene {
  context: ControllerContext;
  folder: string;
  notes: string[];
  /** Lets time pass, in milliseconds. */
  pass(ms: number): void;
}

function withCache(use: (scene: Scene) => void): void {
  const folder = Deno.makeTempDirSync();
  let now = 1_800_000_000_000;
  const real = realWorld();
  const world = { ...real, clock: { ...real.clock, now: () => now } };
  const notes: string[] = [];
  try {
    use({
      folder,
      notes,
      pass: (ms) => void (now += ms),
      context: {
        world,
        git: new Git(world, folder),
        store: new Store(world, storePaths(folder), (event) => event),
        settings: resolveSettings([]).settings,
        ownSecrets: [],
        redactor: createRedactor([]),
        onEvent: () => {},
        onNote: (text) => notes.push(text),
      },
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("readBaseline() gives what was kept, of that commit and key alone", () => {
  withCache(({ context }) => {
    assertEquals(readBaseline(context, commit, "k"), null);
    writeBaseline(context, commit, { key: "k", evidence: evidence("passed") });
    writeBaseline(context, commit, { key: "l", evidence: evidence("broken") });
    assertEquals(readBaseline(context, commit, "k")?.evidence, evidence("passed"));
    assertEquals(readBaseline(context, commit, "l")?.evidence, evidence("broken"));
    assertEquals(readBaseline(context, "b".repeat(40), "k"), null);
    assertEquals(readBaseline(context, commit, "constructor"), null);
  });
});

Deno.test("readBaseline() forgets a red gate after an hour, a green one never", () => {
  withCache(({ context, pass }) => {
    writeBaseline(context, commit, { key: "green", evidence: evidence("passed") });
    writeBaseline(context, commit, { key: "red", evidence: evidence("failed") });
    pass(3_599_000);
    assert(readBaseline(context, commit, "red"));
    pass(2000);
    assertEquals(readBaseline(context, commit, "red"), null);
    assert(readBaseline(context, commit, "green"));
  });
});

Deno.test("writeBaseline() keeps the 50 newest files, and removes no other", () => {
  withCache(({ context, folder }) => {
    const { baselines } = storePaths(folder);
    Deno.mkdirSync(baselines, { recursive: true });
    for (let i = 0; i < 55; i++) {
      const path = join(baselines, `${String(i).padStart(40, "0")}.json`);
      Deno.writeTextFileSync(path, "{}");
      Deno.utimeSync(path, i, i);
    }
    Deno.writeTextFileSync(join(baselines, "mine.json"), "{}");
    Deno.utimeSync(join(baselines, "mine.json"), 0, 0);
    writeBaseline(context, commit, { key: "k", evidence: evidence("passed") });
    const left = [...Deno.readDirSync(baselines)].map(({ name }) => name).sort();
    assertEquals(left.length, 51);
    assertEquals(left[0], `${"6".padStart(40, "0")}.json`);
    assertEquals(left.slice(-2), [`${commit}.json`, "mine.json"]);
  });
});

Deno.test("writeBaseline() writes nowhere else, and is no error where it cannot", () => {
  withCache(({ context, folder, notes }) => {
    const { baselines, folder: own } = storePaths(folder);
    Deno.mkdirSync(own, { recursive: true });
    Deno.mkdirSync(join(folder, "elsewhere"));
    Deno.symlinkSync(join(folder, "elsewhere"), baselines);
    writeBaseline(context, commit, { key: "k", evidence: evidence("passed") });
    assertEquals([...Deno.readDirSync(join(folder, "elsewhere"))], []);
    Deno.removeSync(baselines);
    Deno.writeTextFileSync(baselines, "a file");
    writeBaseline(context, commit, { key: "k", evidence: evidence("passed") });
    assertEquals(notes.length, 2);
    assertEquals(readBaseline(context, commit, "k"), null);
  });
});

Deno.test("baselineKey() differs when anything differs that decides how a gate runs", async () => {
  const keyOf = async (gate: GateObject, setup: string | null = null) => {
    const [resolved] = resolveGates({ quality_gates: [gate] }, {});
    if (!resolved) throw new Error("no gate");
    const values = settingAt("macp.setup", setup);
    return await baselineKey(resolved, resolveSettings([{ origin: "t", values }]).settings);
  };
  const plain = await keyOf({ command: "a" });
  assertEquals(await keyOf({ command: "a", env: {}, type: "mechanical" }), plain);
  const others = await Promise.all([
    keyOf({ command: "b" }),
    keyOf({ command: "a", env: { X: "1" } }),
    keyOf({ command: "a", expect: "x" }),
    keyOf({ command: "a", timeout_seconds: 5 }),
    keyOf({ command: "a" }, "npm ci"),
  ]);
  for (const other of others) assertNotEquals(other, plain);
  const env = (env: Record<string, string>) => keyOf({ command: "a", env });
  assertEquals(await env({ A: "1", B: "2" }), await env({ B: "2", A: "1" }));
});
