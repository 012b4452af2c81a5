/** What tests of the loop share: a delegation whose steps and clock are given. */
import { join } from "@std/path";
import {
  type Asked,
  type DelegateContext,
  type DelegationSteps,
  realSteps,
} from "../../../src/delegation/delegation_run.ts";
import { markOf } from "../../../src/delegation/wait_for_handoff.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";
import { resolveSettings } from "../../../src/protocol/settings.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

/** A delegation in a temporary folder, and what it did. */
export interface Scene {
  context: DelegateContext;
  /** Path of the answer of run-1. */
  answer: string;
  /** Sends, by their attempt, and waits, by their milliseconds, in order. */
  done: string[];
  notes: string[];
  stop: AbortController;
  /** Events of the log. */
  events(): string[];
}

/** What is asked unless told otherwise. */
export function asking(changes: Partial<Asked> = {}): Asked {
  return {
    agent: "webster",
    task: "Do",
    runId: "run-1",
    wait: true,
    timeoutMs: 300_000,
    attempts: 3,
    strict: true,
    deliver: true,
    context: null,
    channelContext: null,
    caller: null,
    workflowId: null,
    stepId: null,
    questionSha256: null,
    ...changes,
  };
}

/** A whole answer of run-1. */
export function wholeAnswer(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...{ schemaVersion: "1.1", runId: "run-1", agent: "webster", status: "complete" },
    ...{ result: "Done", confidence: "high", timestamp: "2026-11-21T08:00:00Z" },
    deliverable: { type: "analysis", summary: "Done" },
    ...changes,
  });
}

/**
 * Runs a test. The gateway is up and admits, and each wait looks once, at its end, unless
 * `steps` says otherwise.
 */
export async function withDelegation(
  steps: (scene: Scene) => Partial<DelegationSteps>,
  test: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "macp-unit-" });
  try {
    await test(sceneIn(folder, steps));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function sceneIn(folder: string, steps: (scene: Scene) => Partial<DelegationSteps>): Scene {
  const places = { handoffs: join(folder, "handoffs"), logs: join(folder, "logs"), registry: null };
  const { settings } = resolveSettings([]);
  const world = realWorld();
  const stop = new AbortController();
  const done: string[] = [];
  const notes: string[] = [];
  const scene: Scene = {
    context: {
      world: {
        ...world,
        clock: { ...world.clock, elapsed: () => 0 },
        files: { ...realFiles, watch: () => () => {} },
      },
      settings: { ...settings.delegate, agents: { webster: { port: 9 } } },
      places,
      cwd: folder,
      redactor: createRedactor([]),
      note: (text) => notes.push(text),
      signal: stop.signal,
      steps: realSteps,
    },
    answer: join(places.handoffs, "run-1.json"),
    done,
    notes,
    stop,
    events: () => eventsIn(places.logs),
  };
  const given = steps(scene);
  scene.context.steps = {
    checkHealth: given.checkHealth ?? (() => Promise.resolve({ healthy: true })),
    sendTask: (world, agent, asked, options) => {
      done.push(`send ${asked.attempt}`);
      return given.sendTask?.(world, agent, asked, options) ??
        Promise.resolve({ kind: "admitted", gatewayRunId: null });
    },
    waitForHandoff: (world, path, options) => {
      done.push(`wait ${options.timeoutMs}`);
      if (given.waitForHandoff) return given.waitForHandoff(world, path, options);
      const read = realSteps.readHandoff(realFiles, path);
      const stays = read.kind === "read" && markOf(read.stat) === options.except;
      if (stays) return Promise.resolve(null);
      return Promise.resolve(read.kind === "absent" ? null : read);
    },
    readHandoff: realSteps.readHandoff,
  };
  return scene;
}

function eventsIn(logs: string): string[] {
  return realFiles.list(logs).flatMap((name) =>
    realFiles.readText(join(logs, name)).split("\n").filter(Boolean)
      .map((line) => JSON.parse(line).event)
  );
}
