/**
 * What a gateway's answer means for a task that was sent.
 *
 * @module
 */
import { waitOf } from "../sinks/judge_answer.ts";
import type { HttpAnswer } from "../sys/http.ts";
import { type Agent, settingOf } from "./agents.ts";
import { gatewayWords, isWebPage, objectOf, redirectText } from "./gateway_answer.ts";

/** What became of a task that was sent. */
export type Sent =
  | {
    /** The gateway took it; that says nothing about its end. */
    kind: "admitted";
    /** Name of the run at the gateway, or null. */
    gatewayRunId: string | null;
  }
  | {
    kind: "failed";
    /** A clause without token and path, for people. */
    reason: string;
    /** Whether another attempt can help. */
    retry: boolean;
    /** Milliseconds that the gateway asks to wait for, or null. */
    afterMs: number | null;
    /** Set where it is not known whether the gateway has the task. */
    inDoubt?: true;
  };

/** Statuses below 500 that may be others later: too slow, changed meanwhile, too early, too often. */
const passing = [408, 409, 425, 429];

/** A task that was not admitted, and that another attempt does not help. */
export function refused(reason: string): Sent {
  return { kind: "failed", reason, retry: false, afterMs: null };
}

/**
 * 200 and 202 are admitted, unless they come with a web page or with JSON whose `ok` is
 * false. 408, 409, 425, 429 and 5xx may be taken later; anything else is refused.
 *
 * @param facts.bytes Bytes of the body that was sent.
 * @param facts.now Milliseconds since the epoch.
 */
export function judgeAdmission(
  answer: HttpAnswer,
  agent: Agent,
  { bytes, now }: { bytes: number; now: number },
): Sent {
  const { status } = answer;
  const { host } = agent.url;
  const isPage = status < 300 && isWebPage(answer);
  const json = objectOf(answer);
  if ((status === 200 || status === 202) && !isPage && json?.ok !== false) {
    return { kind: "admitted", gatewayRunId: runIdOf(json?.runId) };
  }
  if (isPage) {
    return refused(`${host} answers as a web page, not as a gateway: look at ${placeOf(agent)}`);
  }
  if (status >= 300 && status < 400) return refused(`${host} ${redirectText(agent, answer)}`);
  const words = gatewayWords(answer, agent);
  const said = words === null ? "" : ` (${words})`;
  const reason = `${host} answered ${status}${said}${adviceFor(status, agent, bytes)}`;
  if (status < 500 && !passing.includes(status)) return refused(reason);
  const wait = waitOf(answer, now);
  const afterMs = wait !== null && Number.isFinite(wait) ? wait : null;
  return { kind: "failed", reason, retry: true, afterMs };
}

/** Whether a gateway refused the request for its session key. */
export function refusesSessionKey({ status, text }: HttpAnswer): boolean {
  return status === 400 && /session[ _-]?key/i.test(text);
}

/** What a person looks at after a status; may be empty. */
function adviceFor(status: number, agent: Agent, bytes: number): string {
  switch (status) {
    case 200:
    case 202:
      return ", and says that it did not take the task";
    case 204:
      return ": its mapping of this hook passed the task over";
    case 401:
    case 403:
      return agent.tokenName === null
        ? `: there is no token, set ${settingOf(agent.name, "token_env")}`
        : `: look at the token in ${agent.tokenName}`;
    case 404:
    case 405:
    case 410:
      return `: look at ${placeOf(agent)}, and whether its hooks are enabled`;
    case 413:
      return `: it takes less than the ${bytes.toLocaleString("en-US")} bytes of this request`;
    default:
      return "";
  }
}

function placeOf({ name }: Agent): string {
  return settingOf(name, "hook_path");
}

/** A name that is fit for logs, or null. */
function runIdOf(value: unknown): string | null {
  return typeof value === "string" && /^[\w.:-]{1,200}$/.test(value) ? value : null;
}
