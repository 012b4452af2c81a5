/**
 * What a run says when a signal asks it to stop.
 *
 * @module
 */
import { graceMs } from "../process/run_command.ts";
import type { RunningAttempt } from "../protocol/generated/types.ts";
import { firstOf, oneLine } from "../protocol/text.ts";
import type { World } from "../sys/world.ts";
import type { OpenRepository } from "./open_repository.ts";

/** Ids that are named. */
const mostNamed = 5;

/**
 * Makes what tells of each signal: at the first one what is ended and how long that may take,
 * at a further one how much of that is left.
 */
export function stopTeller(
  world: World,
  { store, redactor }: Pick<OpenRepository, "store" | "redactor">,
): () => string {
  let deadline: number | null = null;
  const running = (): Record<string, RunningAttempt> => {
    try {
      return store.readState().running;
    } catch {
      return {}; // What is wrong with the ledger is told where it is needed.
    }
  };
  return () => {
    const own = Object.entries(running()).filter(([, { accept, verdict }]) =>
      !accept && verdict === null
    );
    const names = firstOf(own.map(([id]) => oneLine(redactor.text(id), 128)), mostNamed);
    if (deadline !== null) {
      const left = Math.max(0, Math.ceil((deadline - world.clock.elapsed()) / 1000));
      const what = names === "" ? "" : ` ${names}`;
      return `still stopping${what}: what does not end is killed in ${left} s; nothing is quicker`;
    }
    deadline = world.clock.elapsed() + graceMs;
    return describeStop(names, own.map(([, attempt]) => attempt));
  };
}

/** Pure: `stopping S: its worker has 10 s to end` */
export function describeStop(
  names: string,
  running: readonly Pick<RunningAttempt, "phase">[],
): string {
  const [first] = running;
  if (first === undefined) return "stopping";
  const who = running.length > 1
    ? "their processes have"
    : first.phase === "gating"
    ? "its gate has"
    : "its worker has";
  return `stopping ${names}: ${who} ${graceMs / 1000} s to end`;
}
