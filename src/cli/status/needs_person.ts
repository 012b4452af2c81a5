/**
 * What a person types next for the tasks that wait for one.
 *
 * @module
 */
import { hasLiveOwner } from "../../controller/owners.ts";
import type { Plan } from "../../controller/schedule.ts";
import { describeInbox, type Waiting } from "../../people/inbox.ts";
import type { NextCommand } from "../../people/next_commands.ts";
import type { State } from "../../protocol/generated/types.ts";
import { dependenciesOf, idOf, type RawTask, statusOf } from "../../protocol/task.ts";
import type { World } from "../../sys/world.ts";
import type { OpenRepository } from "../open_repository.ts";
import { noRecords, readWaitingRecords } from "../waiting_records.ts";
import type { Member } from "./groups.ts";

/** A task that waits for a person. */
export interface PersonNeeded {
  /** Null for an element without one. */
  id: string | null;
  /** Place in the queue, from 0. */
  index: number;
  outcome: string | null;
  /** On one line. */
  reason: string | null;
  /** Tasks that wait for it directly. */
  blocks: string[];
  /** Lines to type, in order. */
  next: NextCommand[];
}

/** Describes tasks that wait for a person, in file order. */
export async function describeNeeds(
  world: World,
  repository: OpenRepository,
  { plan, state, members, faultOf }: {
    plan: Plan;
    state: State;
    members: readonly Member[];
    /** What is wrong with an element that can never run as it stands. */
    faultOf: (raw: RawTask) => string | null;
  },
): Promise<PersonNeeded[]> {
  const waiting = members.map((member) => waitingOf(world, member, { plan, state, faultOf }));
  const records = await readWaitingRecords(world, repository, { state, waiting });
  return describeInbox(plan.queue, waiting, (entry) => records.get(entry) ?? noRecords)
    .map(({ id, index, outcome, reason, blocks, next }) => (
      { id, index, outcome, reason, blocks, next }
    ))
    .sort((a, b) => a.index - b.index);
}

function waitingOf(
  world: World,
  { raw, index }: Member,
  { plan, state, faultOf }: {
    plan: Plan;
    state: State;
    faultOf: (raw: RawTask) => string | null;
  },
): Waiting {
  const id = idOf(raw);
  const status = statusOf(raw);
  const attempt = id === null ? undefined : state.running[id];
  const isCutShort = !!attempt?.accept && !hasLiveOwner(world, attempt);
  const kind = isCutShort
    ? "interrupted"
    : status === "escalated" || status === "failed"
    ? status
    : "invalid";
  const blocks = id === null
    ? []
    : plan.queue.tasks.flatMap((other) =>
      statusOf(other) === "pending" && dependenciesOf(other).includes(id) ? idOf(other) ?? [] : []
    );
  const fault = kind !== "invalid" ? null : id === null ? "it has no id" : faultOf(raw);
  return { id, index, raw, kind, blocks, blockedBy: null, fault };
}
