import { assertEquals } from "@std/assert";
import { attemptOf, isCarriedOn, openAttempt } from "../../../src/controller/owners.ts";
import type { RunningAttempt, Verdict } from "../../../src/protocol/generated/types.ts";
import { emptyState } from "../../../src/store/ledger.ts";

const controller = { pid: 2, start_time: "1" };
const owner = { pid: 3, start_time: "1" };
const accept = { status: "failed", outcome: null, reason: null } as const;

function stateWith(fields: Partial<RunningAttempt> = {}) {
  const attempt: RunningAttempt = {
    attempt_id: "x",
    serial: 1,
    attempts_before: 0,
    phase: "running",
    started_at: "2026-01-01T00:00:00.000Z",
    legacy: false,
    worktree: null,
    branch: null,
    base_commit: null,
    worker: null,
    verdict: null,
    ...fields,
  };
  return { ...emptyState(), controller, running: { t: attempt } };
}

const nobody = () => false;
const everybody = () => true;

Deno.test("attemptOf() knows no attempt of what every object has", () => {
  assertEquals(attemptOf(stateWith(), "constructor"), null);
  assertEquals(attemptOf(stateWith(), "t")?.serial, 1);
});

Deno.test("openAttempt() gives an attempt that runs, and one that was lost while it did", () => {
  const isOpen = (fields: Partial<RunningAttempt>, isLive = everybody) =>
    openAttempt(stateWith(fields), "t", isLive) !== null;
  assertEquals([isOpen({}), isOpen({}, nobody)], [true, true]);
  assertEquals([isOpen({ phase: "claimed" }), isOpen({ phase: "claimed" }, nobody)], [true, false]);
  assertEquals([isOpen({ owner, accept }), isOpen({ owner })], [true, false]);
  assertEquals(isOpen({ verdict: {} as Verdict }), false);
});

Deno.test("isCarriedOn() asks for the owner of an attempt, else for the controller", () => {
  const is = (fields: Partial<RunningAttempt>, pid: number) => {
    const state = stateWith(fields);
    return isCarriedOn(state, state.running.t, (process) => process.pid === pid);
  };
  assertEquals([is({}, 2), is({}, 3), is({ owner }, 3), is({ owner }, 2)], [
    true,
    false,
    true,
    false,
  ]);
  assertEquals(isCarriedOn({ controller: null }, stateWith().running.t, everybody), false);
});
