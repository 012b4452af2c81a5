import { assertEquals } from "@std/assert";
import { realWorld } from "../../../src/host/world.ts";
import type { RunningAttempt, State } from "../../../src/protocol/generated/types.ts";
import { emptyState } from "../../../src/store/ledger.ts";
import { OwnEntries } from "../../../src/store/own_entries.ts";

function attempt(attempt_id: string, serial: number): RunningAttempt {
  return {
    attempt_id,
    serial,
    attempts_before: serial - 1,
    phase: "running",
    started_at: "2026-01-01T00:00:00.000Z",
    legacy: false,
    worktree: "/w/t",
    branch: "macp/t",
    base_commit: "c",
    worker: null,
    verdict: null,
  };
}

const owned = {
  task_id: "t",
  branch: "macp/t",
  phase: "ready",
  created_at: "2026-01-01T00:00:00.000Z",
  base_commit: "c",
} as const;

function stateWith(running: State["running"]): State {
  return { ...emptyState(), running, worktrees: { "/w/t": owned } };
}

Deno.test("OwnEntries.complete() puts back what it wrote, from no file and from an older one", () => {
  const own = new OwnEntries(realWorld());
  const mine = stateWith({ t: attempt("mine", 2) });
  own.remember(emptyState(), mine);
  for (const found of [null, emptyState(), stateWith({ t: attempt("before", 1) })]) {
    const { running, worktrees } = own.complete(found);
    assertEquals({ running, worktrees }, { running: mine.running, worktrees: mine.worktrees });
  }
});

Deno.test("OwnEntries.complete() leaves a later attempt of another process, and what ended", () => {
  const own = new OwnEntries(realWorld());
  const mine = stateWith({ t: attempt("mine", 2) });
  own.remember(emptyState(), mine);
  const theirs = stateWith({ t: attempt("theirs", 3) });
  assertEquals(own.complete(structuredClone(theirs)), theirs);
  own.remember(mine, emptyState());
  assertEquals(own.complete(null), emptyState());
});

Deno.test("OwnEntries.complete() keeps nothing of attempts that other processes wrote", () => {
  const own = new OwnEntries(realWorld());
  const theirs = stateWith({ t: attempt("theirs", 1) });
  own.remember(theirs, theirs);
  assertEquals(own.complete(null), emptyState());
});

Deno.test("OwnEntries.complete() keeps that a person asked to end an attempt, and nothing else", () => {
  const own = new OwnEntries(realWorld());
  const mine = attempt("mine", 2);
  own.remember(emptyState(), stateWith({ t: mine }));
  const asked = { ...mine, cancel_requested: true as const };
  const changed = { ...asked, phase: "claimed" as const };
  assertEquals(own.complete(stateWith({ t: changed })).running, { t: asked });
  const before = { ...attempt("before", 1), cancel_requested: true as const };
  assertEquals(own.complete(stateWith({ t: before })).running, { t: mine });
});
