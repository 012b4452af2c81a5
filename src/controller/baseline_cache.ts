/**
 * What gates said of base commits, in `baselines/<commit>.json`, so that the same gate on
 * the same commit is not run again. Losing such a file costs time only.
 *
 * @module
 */
import { join } from "@std/path";
import type { Gate } from "../gates/resolve_gates.ts";
import { messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import { sha256Hex } from "../protocol/names.ts";
import type { Settings } from "../protocol/settings.ts";
import { atomicWriteJson } from "../store/atomic_write.ts";
import { describeKind } from "../protocol/not_a_file.ts";
import type { ControllerContext } from "./context.ts";

/** Most files that are kept: the newest. */
const mostFiles = 50;
/** Milliseconds after which a red gate is tried again: what was missing may be there. */
const redMs = 3_600_000;

/** What a gate said of a commit, and when. */
export interface KnownBaseline {
  evidence: GateEvidence;
  /** Milliseconds since the epoch. */
  triedAt: number;
}

/** Key of a gate under settings: whatever decides how it runs on a commit. */
export async function baselineKey(gate: Gate, { macp }: Settings): Promise<string> {
  const env = Object.entries(gate.env).toSorted(([a], [b]) => a < b ? -1 : 1);
  const { command, type, timeoutSeconds, failOn, expect } = gate;
  const all = [command, type, timeoutSeconds, failOn, expect, env, macp.setup];
  return await sha256Hex(JSON.stringify(all));
}

/** What is known of a gate on a commit, or null. */
export function readBaseline(
  context: ControllerContext,
  commit: string,
  key: string,
): KnownBaseline | null {
  const entry = readFile(context, commit)[key];
  if (!isRecord(entry) || !isEvidence(entry.evidence)) return null;
  const triedAt = Date.parse(String(entry.tried_at));
  const age = context.world.clock.now() - triedAt;
  const isOld = entry.evidence.outcome !== "passed" && !(age >= 0 && age < redMs);
  return isOld ? null : { evidence: entry.evidence, triedAt };
}

/** Keeps what a gate said of a commit, where that can be done. */
export function writeBaseline(
  context: ControllerContext,
  commit: string,
  { key, evidence }: { key: string; evidence: GateEvidence },
): void {
  const { world, redactor, store: { paths }, onNote } = context;
  const kind = world.files.lstat(paths.baselines)?.kind ?? "folder";
  if (kind !== "folder") {
    return onNote(`Baselines are not kept: ${paths.baselines} is ${describeKind(kind)}`);
  }
  const { outcome, type } = evidence;
  const gates = {
    ...readFile(context, commit),
    [key]: {
      evidence: { ...redactor.value(evidence), outcome, type },
      tried_at: new Date(world.clock.now()).toISOString(),
    },
  };
  try {
    atomicWriteJson(world, pathOf(context, commit), { schema_version: 1, commit, gates });
    removeOldest(context);
  } catch (error) {
    onNote(`Baselines are not kept: ${messageOf(error)}`);
  }
}

/** Forgets what gates of these keys said, of any commit, where they were red. */
export function forgetRed(context: ControllerContext, keys: readonly string[]): void {
  const { world, store: { paths } } = context;
  for (const name of world.files.list(paths.baselines)) {
    const commit = /^([0-9a-f]{40,64})\.json$/.exec(name)?.[1];
    if (commit === undefined) continue;
    const all = Object.entries(readFile(context, commit));
    const gates = all.filter(([key, entry]) => !keys.includes(key) || isGreen(entry));
    if (gates.length === all.length) continue;
    const document = { schema_version: 1, commit, gates: Object.fromEntries(gates) };
    atomicWriteJson(world, pathOf(context, commit), document);
  }
}

function isGreen(entry: unknown): boolean {
  return isRecord(entry) && isEvidence(entry.evidence) && entry.evidence.outcome === "passed";
}

function pathOf({ store: { paths } }: ControllerContext, commit: string): string {
  return join(paths.baselines, `${commit}.json`);
}

/** Entries by key; none when there is no file that can be read. */
function readFile(context: ControllerContext, commit: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(context.world.files.readText(pathOf(context, commit)));
    return isRecord(document) && document.commit === commit && isRecord(document.gates)
      ? document.gates
      : {};
  } catch {
    return {};
  }
}

function isEvidence(value: unknown): value is GateEvidence {
  return isRecord(value) && typeof value.command === "string" &&
    typeof value.exit_code === "number" &&
    ["passed", "failed", "broken"].includes(String(value.outcome));
}

function removeOldest({ world: { files }, store: { paths } }: ControllerContext): void {
  const names = files.list(paths.baselines).filter((name) => /^[0-9a-f]{40,64}\.json$/.test(name));
  if (names.length <= mostFiles) return;
  const ages = names.map((name) => {
    const path = join(paths.baselines, name);
    return { path, mtimeMs: files.lstat(path)?.mtimeMs ?? 0 };
  });
  const oldest = ages.toSorted((a, b) => a.mtimeMs - b.mtimeMs).slice(0, names.length - mostFiles);
  for (const { path } of oldest) files.remove(path);
}
