/**
 * Figures of delegation: how soon the program has ended once the answer is there.
 *
 * @module
 */
import { join } from "@std/path";
import { type Figure, median } from "./figures.ts";
import type { Rounds } from "./measure.ts";
import { type Bench, makeRepository } from "./repository.ts";

/** Milliseconds that the agent thinks, so that the program waits for it by then. */
const thinkingMs = 300;
/** Milliseconds that the time from the rename to the program's exit may take. */
const most = 50;

/** Time from the rename of the handoff file to the exit of `macp delegate`. */
export async function delegationFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "delegation", 20);
  const agent = startAgent();
  try {
    writeConfig(repository, agent.origin);
    const times: number[] = [];
    for (let round = 0; round < rounds.warmUp + rounds.counted; round++) {
      const time = await answerTime(bench, repository, agent);
      if (round >= rounds.warmUp) times.push(time);
    }
    return [{
      name: "macp delegate: from the rename of the answer to the exit",
      value: median(times),
      unit: "ms",
      most,
      note: `${times.length} answers, the slowest ${Math.max(...times).toFixed(1)} ms`,
      commands: ['dist/macp delegate agent "Do"'],
    }];
  } finally {
    await agent.stop();
  }
}

/** A gateway whose agent answers after a while. */
interface BenchAgent {
  origin: string;
  /** When the newest answer was renamed to its place, on the clock of `performance`. */
  renamedAt: number;
  stop(): Promise<void>;
}

function startAgent(): BenchAgent {
  const over = new AbortController();
  const agent: BenchAgent = { origin: "", renamedAt: NaN, stop: async () => {} };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {}, signal: over.signal };
  const server = Deno.serve(options, async (request) => {
    if (request.method !== "POST") return Response.json({ ok: true });
    const { message, name } = await request.json();
    const runId = String(name).replace(/^orchestrate:/, "");
    const path = /^(\/.*\.json)$/m.exec(String(message))?.[1] ?? "";
    setTimeout(() => agent.renamedAt = putAnswer(path, runId), thinkingMs);
    return Response.json({ ok: true, runId });
  });
  agent.origin = `http://127.0.0.1:${server.addr.port}`;
  agent.stop = async () => {
    over.abort();
    await server.finished;
  };
  return agent;
}

/** Writes an answer; gives the time of its rename. */
function putAnswer(path: string, runId: string): number {
  const temporary = `${path}.agent`;
  const deliverable = { type: "analysis", title: "Answer", path: null, summary: "Answered" };
  const answer = {
    ...{ schemaVersion: "1.1", runId, agent: "agent", status: "complete", result: "Done" },
    ...{ deliverable, artifacts: [], confidence: "high", notes: "" },
    timestamp: "2026-03-14T09:26:53Z",
  };
  Deno.writeTextFileSync(temporary, JSON.stringify(answer));
  const time = performance.now();
  Deno.renameSync(temporary, path);
  return time;
}

function writeConfig(repository: string, url: string): void {
  const config = { enabled: true, delegate: { agents: { agent: { url, session_key: false } } } };
  Deno.writeTextFileSync(
    join(repository, ".mosaic/orchestrator/config.json"),
    JSON.stringify(config),
  );
}

/** Milliseconds from the rename of the answer to the exit. Throws when the call fails. */
async function answerTime(bench: Bench, repository: string, agent: BenchAgent): Promise<number> {
  const child = new Deno.Command(bench.macp, {
    args: ["delegate", "agent", "Do", "--timeout", "20"],
    cwd: repository,
    env: { ...bench.env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  const { success, code } = await child.status;
  const time = performance.now() - agent.renamedAt;
  if (success) return time;
  throw new Error(`Cannot measure macp delegate as it ends with ${code}: ${await errors}`);
}
