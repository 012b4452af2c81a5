/**
 * Sends a task to an agent's gateway.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { oneLine } from "../protocol/text.ts";
import type { HttpAnswer } from "../sys/http.ts";
import type { World } from "../sys/world.ts";
import { type Agent, settingOf } from "./agents.ts";
import { askGateway } from "./ask_gateway.ts";
import { objectOf } from "./gateway_answer.ts";
import { judgeAdmission, refused, refusesSessionKey, type Sent } from "./judge_admission.ts";
import {
  buildRequest,
  type GatewayRequest,
  requestFault,
  sizeOf,
  type TaskRequest,
} from "./request.ts";

export type { Sent } from "./judge_admission.ts";
export type { TaskRequest } from "./request.ts";

/** Milliseconds for one try. */
const tryMs = 30_000;
/** Milliseconds before each further try when it is not known what became of the one before. */
const pausesMs = [500, 2000];

const interrupted = "the sending was interrupted";

/** Where a task is sent from. */
export type SendWorld = Pick<World, "http" | "env" | "clock">;

/** How a task is sent. */
export interface SendOptions {
  /** Ends the sending. */
  signal: AbortSignal;
  /** Called with what a person should know although the task went on its way. */
  onNote: (text: string) => void;
  /** Milliseconds for all tries together; as long as it takes unless given. */
  timeoutMs?: number;
}

/**
 * Sends a task, within 30 s a try. While it is not known whether the gateway took it, the
 * same request is sent again, with the same key, up to twice. A gateway that refuses the
 * session key is asked again without, which is told. Never throws for what the gateway
 * does; when `signal` aborts, the task counts as failed unless the gateway took it before.
 */
export async function sendTask(
  world: SendWorld,
  agent: Agent,
  asked: TaskRequest,
  { signal, onNote, timeoutMs = Infinity }: SendOptions,
): Promise<Sent> {
  const end = world.clock.elapsed() + timeoutMs;
  const leftMs = () => Math.max(0, end - world.clock.elapsed());
  const pauses = pausesMs.values();
  let { sessionKey } = agent;
  let doubt = {};
  for (;;) {
    const request = buildRequest(agent, { ...asked, sessionKey });
    const fault = requestFault(request.body);
    if (fault !== null) return refused(fault);
    if (signal.aborted) return { ...refused(interrupted), ...doubt };
    const answer = await tryOnce(world, request, { signal, ms: Math.min(tryMs, leftMs()) });
    if (answer === null || isUnknown(answer)) doubt = { inDoubt: true };
    if (sessionKey && isAnswer(answer) && refusesSessionKey(answer)) {
      sessionKey = false;
      onNote(noteWithoutKey(agent));
      continue;
    }
    const pause = isUnknown(answer) ? pauses.next().value : undefined;
    if (pause === undefined || pause >= leftMs()) {
      const sent = judge(answer, { world, agent, request });
      return sent.kind === "failed" ? { ...sent, ...doubt } : sent;
    }
    await world.clock.sleep(pause, signal);
  }
}

/** What came of one try: an answer, why there is none, or null when it was interrupted. */
type Try = HttpAnswer | MacpError | null;

async function tryOnce(
  world: SendWorld,
  request: GatewayRequest,
  { signal, ms }: { signal: AbortSignal; ms: number },
): Promise<Try> {
  const bounded = AbortSignal.any([signal, world.clock.deadline(ms)]);
  try {
    return await askGateway(world, { method: "POST", ...request }, bounded);
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return signal.aborted ? null : error;
  }
}

function isAnswer(tried: Try): tried is HttpAnswer {
  return tried !== null && !(tried instanceof MacpError);
}

/**
 * Whether the gateway may have the task although it did not say so. A server in front of it
 * that got no answer from it says that in words of its own, not as a gateway does.
 */
function isUnknown(tried: Try): boolean {
  if (tried === null) return false;
  if (tried instanceof MacpError) return ["http_failed", "http_aborted"].includes(tried.code);
  return (tried.status === 502 || tried.status === 504) && objectOf(tried) === null;
}

function judge(
  tried: Try,
  { world, agent, request }: { world: SendWorld; agent: Agent; request: GatewayRequest },
): Sent {
  if (tried === null) return refused(interrupted);
  if (isAnswer(tried)) {
    return judgeAdmission(tried, agent, { bytes: sizeOf(request.body), now: world.clock.now() });
  }
  const doubt = isUnknown(tried) ? ", so it is not known whether it has the task" : "";
  // An address that is refused stays refused.
  const retry = tried.code !== "address_refused";
  return { kind: "failed", reason: `${tried.message}${doubt}`, retry, afterMs: null };
}

function noteWithoutKey({ name }: Agent): string {
  return `The gateway of ${oneLine(name, 60)} refuses session keys, so the task is sent without ` +
    `one; ${settingOf(name, "session_key")}: false saves asking`;
}
