/**
 * A gateway as agents stand behind one: a real server on the loopback that answers as the
 * real one does, and an agent that writes handoff files. Both can misbehave.
 *
 * @module
 */
import { dirname, join } from "@std/path";

/** Largest body that the gateway takes, in bytes. */
const maxBody = 262_144;

/** Token of its hooks. */
export const hookToken = "stand-in-hook-token-0123456789";

/** A task as the gateway admitted it. */
export interface AdmittedTask {
  runId: string;
  /** Where the agent is to write its answer, as the message says. */
  handoffPath: string;
  /** Number of the admission, from 0 on. */
  index: number;
  fields: Record<string, unknown>;
  headers: Record<string, string>;
}

/** A request to the hook, admitted or not. */
export interface HookRequest {
  path: string;
  headers: Record<string, string>;
  fields: Record<string, unknown>;
}

/** How it behaves; as the real one where nothing is said. */
export interface GatewayBehaviour {
  /** Answer of the health path. */
  health?: () => Response | Promise<Response>;
  /** Answer of the hook, by the number of the request; null: as a rule. */
  hook?: (index: number, request: HookRequest) => Response | null | Promise<Response | null>;
  /** Whether a request may name its session; false unless given. */
  sessionKeys?: boolean;
  /** What the agent does; it writes a complete answer unless given. */
  agent?: (task: AdmittedTask) => unknown;
  /** Path of the hook. */
  hookPath?: string;
}

/** A running gateway. */
export interface StandIn {
  port: number;
  origin: string;
  /** Every request to the hook. */
  requests: HookRequest[];
  /** What the agent was given. */
  admitted: AdmittedTask[];
  /** Requests to the health path. */
  healthChecks: number;
}

/** A valid answer in full. */
export function answerOf(
  runId: string,
  fields: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    schemaVersion: "1.1",
    runId,
    agent: "webster",
    status: "complete",
    result: `Answer of ${runId}`,
    deliverable: { type: "analysis", title: "Answer", path: null, summary: "It is answered" },
    artifacts: [],
    confidence: "high",
    notes: "",
    timestamp: "2026-11-21T08:00:00Z",
    ...fields,
  };
}

/** Writes a text to a path in one step, as agents should. */
export function putFile(path: string, text: string): void {
  const temporary = join(dirname(path), `.${crypto.randomUUID()}.agent`);
  Deno.writeTextFileSync(temporary, text);
  Deno.renameSync(temporary, path);
}

/** Writes an answer to the handoff path of a task; valid and complete unless told otherwise. */
export function putAnswer(task: AdmittedTask, fields: Record<string, unknown> = {}): void {
  putFile(task.handoffPath, JSON.stringify(answerOf(task.runId, fields)));
}

/** Calls `test` with a gateway on a free port of 127.0.0.1. */
export async function withGateway(
  behaviour: GatewayBehaviour,
  test: (gateway: StandIn) => Promise<void>,
): Promise<void> {
  const gateway: StandIn = { port: 0, origin: "", requests: [], admitted: [], healthChecks: 0 };
  const work: Promise<unknown>[] = [];
  const runs = new Map<string, string>();
  const over = new AbortController();
  const options = { hostname: "127.0.0.1", port: 0, onListen() {}, signal: over.signal };
  const hookPath = behaviour.hookPath ?? "/hooks/agent";
  const server = Deno.serve(options, async (request) => {
    const { pathname, search } = new URL(request.url);
    if (pathname === "/healthz") {
      gateway.healthChecks++;
      return await behaviour.health?.() ?? Response.json({ ok: true, status: "live" });
    }
    if (pathname !== hookPath) return new Response("Not Found", { status: 404 });
    if (request.method !== "POST") return plain(405, "Method Not Allowed");
    const headers = Object.fromEntries(request.headers);
    const text = await request.text();
    const fields = parse(text) ?? {};
    const asked = { path: pathname + search, headers, fields };
    gateway.requests.push(asked);
    const answer = await behaviour.hook?.(gateway.requests.length - 1, asked);
    const refusal = answer ?? refuse(behaviour, { headers, search, text });
    if (refusal) return refusal;
    const key = `${headers["idempotency-key"] ?? crypto.randomUUID()} ${text}`;
    const known = runs.get(key);
    if (known !== undefined) return Response.json({ ok: true, runId: known });
    const runId = crypto.randomUUID();
    runs.set(key, runId);
    const task = admittedTask(asked, gateway.admitted.length);
    gateway.admitted.push(task);
    const agent = behaviour.agent ?? ((task) => putAnswer(task));
    work.push(Promise.resolve().then(() => agent(task)));
    return Response.json({ ok: true, runId });
  });
  gateway.port = server.addr.port;
  gateway.origin = `http://127.0.0.1:${gateway.port}`;
  try {
    await test(gateway);
    await Promise.all(work);
  } finally {
    over.abort();
    await server.finished;
  }
}

/** What the real gateway says before it admits a task; null when it does. */
function refuse(
  { sessionKeys }: GatewayBehaviour,
  { headers, search, text }: { headers: Record<string, string>; search: string; text: string },
): Response | null {
  const fields = parse(text);
  if (/[?&]token=/.test(search)) return plain(400, "Hook token must be sent as a header");
  if (headers.authorization !== `Bearer ${hookToken}`) return plain(401, "Unauthorized");
  if (new TextEncoder().encode(text).length > maxBody) return fault(413, "payload too large");
  if (fields === null) return fault(400, "invalid json");
  if (typeof fields.message !== "string" || fields.message === "") {
    return fault(400, "message required");
  }
  if (fields.sessionKey !== undefined && !sessionKeys) {
    return fault(400, "sessionKey is disabled for external hook requests");
  }
  return null;
}

function plain(status: number, text: string): Response {
  return new Response(text, { status, headers: { "content-type": "text/plain; charset=utf-8" } });
}

function fault(status: number, error: string): Response {
  return Response.json({ ok: false, error }, { status });
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : null;
  } catch {
    return null;
  }
}

/** The agent knows no more than the message tells it. */
function admittedTask({ fields, headers }: HookRequest, index: number): AdmittedTask {
  const runId = String(fields.name ?? "").replace(/^orchestrate:/, "");
  const name = runId.replaceAll(/[.]/g, "\\.");
  const path = new RegExp(`^\\s*(/.*/${name}\\.json)\\s*$`, "m").exec(String(fields.message));
  return { runId, handoffPath: path?.[1] ?? "", index, fields, headers };
}
