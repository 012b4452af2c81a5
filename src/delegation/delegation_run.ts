/**
 * One delegation under way: what was asked, where, and what every step of it needs.
 *
 * @module
 */
import type { Settings } from "../protocol/settings.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { World } from "../sys/world.ts";
import type { Agent } from "./agents.ts";
import type { Deliveries } from "./deliveries.ts";
import { checkHealth } from "./health.ts";
import type { DelegationLog } from "./delegation_log.ts";
import type { RunFacts } from "./outcome.ts";
import type { DelegationPlaces } from "./places.ts";
import type { handoffPaths } from "./run_id.ts";
import { readHandoff } from "./handoff_file.ts";
import { sendTask } from "./send.ts";
import { waitForHandoff } from "./wait_for_handoff.ts";

/** What is asked of an agent. */
export interface Asked {
  agent: string;
  task: string;
  runId: string;
  /** Whether to wait for the answer. */
  wait: boolean;
  /** Milliseconds to wait for the answer of one attempt. */
  timeoutMs: number;
  /** Attempts in all, 1 to 3. */
  attempts: number;
  /** Whether answers have to be whole. */
  strict: boolean;
  /** Whether the gateway delivers the agent's words to its channel too. */
  deliver: boolean;
  /** Text of the context file, or null. */
  context: string | null;
  /** Channel whose newest messages go along, or null. */
  channelContext: { channel: string; messages: number } | null;
  /** Agent that asks, or null. */
  caller: string | null;
  workflowId: string | null;
  stepId: string | null;
  /** What a task asks in each of its attempts, hashed; null where no task asks. */
  questionSha256: string | null;
}

/** The steps that reach out of the process; tests give their own. */
export interface DelegationSteps {
  checkHealth: typeof checkHealth;
  sendTask: typeof sendTask;
  waitForHandoff: typeof waitForHandoff;
  readHandoff: typeof readHandoff;
}

/** The steps as they are. */
export const realSteps: DelegationSteps = { checkHealth, sendTask, waitForHandoff, readHandoff };

/** What a delegation works with. */
export interface DelegateContext {
  world: World;
  settings: Settings["delegate"];
  places: DelegationPlaces;
  /** Folder in which the command for channel context runs. */
  cwd: string;
  redactor: Redactor;
  /** Tells a person something while it goes on. */
  note(text: string): void;
  /** Ends it. */
  signal: AbortSignal;
  steps: DelegationSteps;
}

/** A delegation under way. */
export interface DelegationRun {
  context: DelegateContext;
  asked: Asked;
  agent: Agent;
  paths: ReturnType<typeof handoffPaths>;
  log: DelegationLog;
  /** Messages of the channel, or null. */
  channelContext: string | null;
  deliveries: Deliveries;
  /** When the call began, on the steady clock. */
  begun: number;
}

/** What a document tells of the run; `since` is when the attempt began, on the steady clock. */
export function factsOf(
  { asked, context, begun }: Pick<DelegationRun, "asked" | "context"> & { begun?: number },
  since?: number,
): RunFacts {
  const { runId, agent, workflowId, stepId } = asked;
  const facts = { runId, agent, workflowId, stepId };
  if (since === undefined) return facts;
  const now = context.world.clock.elapsed();
  const total = begun === undefined ? {} : { totalMs: now - begun };
  return { ...facts, latencyMs: now - since, ...total };
}
