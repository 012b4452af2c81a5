/**
 * Questions to an agent on the executable: the agent leaves what is no answer in every way in
 * which a file can be left, links lie where macp writes, and the gateway says what it likes.
 *
 * @module
 */
import { type Scene, withAgent } from "../e2e/delegation_scene.ts";
import { exists, type Ran } from "../e2e/harness.ts";
import { type GatewayBehaviour, hookToken } from "../e2e/stand_in_gateway.ts";
import {
  faultOfForeign,
  type Foreign,
  type Ground,
  grounds,
  leave,
  makeForeign,
  prepare,
  tellsForeign,
  type Way,
  ways,
} from "./fuzz_agent_files.ts";
import { parseRecord } from "./fuzz_documents.ts";
import { answerText, runId as usualRun } from "./fuzz_handoffs.ts";
import { endOf, faultOfPlace, faultOfRan, hangMs, outsideOf } from "./fuzz_program_checks.ts";
import { bytesOf, forbidden, hostileText, planted } from "./fuzz_texts.ts";
import { Choices } from "./random.ts";

/** Calls at once: most of their time they wait. */
const lanes = 4;

/** One question, and what the agent and its gateway make of it. */
interface Question {
  runId: string;
  args: string[];
  way: Way;
  ground: Ground;
  text: string;
  /** Status and body of the hook and of the health path; null: as a gateway answers. */
  hook: Bad | null;
  health: Bad | null;
}

interface Bad {
  status: number;
  body: string;
  /** Its body does not end. */
  stalls: boolean;
}

/** Asks so many questions; the faults name them. */
export async function tryDelegations(
  { seed, calls }: { seed: number; calls: number },
): Promise<{ faults: string[] }> {
  const faults: string[] = [];
  const asked = new Map<string, Question>();
  const health: (Bad | null)[] = [];
  let foreign: Foreign;
  const behaviour: GatewayBehaviour = {
    health: () => responseOf(health.shift() ?? null) ?? Response.json({ ok: true }),
    hook: (_, { fields }) => responseOf(asked.get(runIdOf(fields))?.hook ?? null),
    sessionKeys: seed % 2 === 0,
    agent: async ({ fields, handoffPath: path }) => {
      const question = asked.get(runIdOf(fields));
      if (question === undefined || path === "") return;
      await leave(question.way, { path, bytes: bytesOf(question.text), foreign });
    },
  };
  await withAgent(behaviour, async (scene) => {
    foreign = makeForeign(scene.repository);
    const outside = outsideOf(scene.repository);
    for (let at = 0; at < calls && faults.length === 0; at += lanes) {
      const count = Math.min(lanes, calls - at);
      const questions = Array.from({ length: count }, (_, lane) => questionOf(seed, at + lane));
      for (const question of questions) asked.set(question.runId, question);
      health.splice(0, Infinity, ...questions.map((question) => question.health));
      const ends = await Promise.all(questions.map((question) => ask(scene, question, foreign)));
      const fault = faultOfForeign(foreign) ?? faultOfPlace(scene.repository, outside);
      if (fault !== null) ends.push(`${fault}\n  with ${JSON.stringify(questions).slice(0, 4000)}`);
      faults.push(...ends.filter((end) => end !== null));
    }
  });
  return { faults };
}

function runIdOf({ name }: Record<string, unknown>): string {
  return String(name ?? "").replace(/^orchestrate:/, "");
}

function questionOf(seed: number, number: number): Question {
  const choices = new Choices(Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(number, 0x9e3779b1));
  const runId = `run-${number}`;
  const form = choices.one([[], [], ["--json"], ["--format", "text"]]);
  const more = choices.one([[], [], ["--no-validate"], ["--retries", "2"], ["--no-wait"]]);
  return {
    runId,
    args: ["webster", "What is it?", "--run-id", runId, "--timeout", "4", ...form, ...more],
    way: choices.one(ways),
    ground: choices.one(grounds),
    text: answerText(choices).replaceAll(`"${usualRun}"`, `"${runId}"`),
    hook: choices.below(4) === 0 ? badAnswer(choices) : null,
    health: choices.below(10) === 0 ? badAnswer(choices) : null,
  };
}

function badAnswer(choices: Choices): Bad {
  const body = choices.one([
    () => hostileText(choices),
    () => JSON.stringify({ ok: choices.below(2) === 0, error: hostileText(choices) }),
    () => "x".repeat(2_000_000),
    () => "<!doctype html><title>A page</title>",
    () => `{"ok":${"[".repeat(50_000)}`,
  ])();
  const status = choices.one([200, 202, 204, 302, 400, 401, 404, 413, 422, 429, 500, 502, 503]);
  return { status, body, stalls: choices.below(6) === 0 };
}

function responseOf(bad: Bad | null): Response | null {
  if (bad === null) return null;
  const { status, body, stalls } = bad;
  if (status === 204) return new Response(null, { status });
  const headers: Record<string, string> = {
    ...(status === 302 ? { location: "http://169.254.169.254/latest" } : {}),
    ...(status === 429 ? { "retry-after": "1" } : {}),
  };
  if (!stalls) return new Response(bytesOf(body) as BodyInit, { status, headers });
  const parts = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(bytesOf(`x${body}`)),
  });
  return new Response(parts, { status, headers });
}

/** Asks; what is wrong with what came of it, or null. */
async function ask(
  { repository, handoff }: Scene,
  question: Question,
  foreign: Foreign,
): Promise<string | null> {
  const { args, ground, runId } = question;
  prepare(ground, handoff(`${runId}.json`), foreign);
  const env = { HOOK_TOKEN: hookToken, DEPLOY_TOKEN: planted.DEPLOY_TOKEN };
  const ran = await endOf(repository.start(["delegate", ...args], { env }));
  const fault = ran === null
    ? `it does not end within ${hangMs} ms`
    : faultOfRan(ran) ?? faultOfPrinted(args, ran) ??
      faultOfRecord(handoff(`${runId}.request.json`));
  if (fault === null) return null;
  return `${runId}: ${fault}\n  with ${JSON.stringify({ ...question, ran }).slice(0, 4000)}`;
}

/** One document, which agrees with the exit code, and without what is nobody's to know. */
function faultOfPrinted(args: readonly string[], { code, stdout, stderr }: Ran): string | null {
  const printed = stdout + stderr;
  if (tellsForeign(printed)) return "it tells what stands in a foreign file";
  const secret = [...forbidden, hookToken].find((form) => printed.includes(form));
  if (secret !== undefined) return `it prints the secret ${secret}`;
  if (code !== 0 && stderr === "") return `it exits ${code} and is silent`;
  if (args.includes("text") || (args.includes("--json") && stdout === "" && code !== 0)) {
    return null;
  }
  const document = parseRecord(stdout);
  if (document === null) return `standard output is no document: ${JSON.stringify(stdout)}`;
  const isWell = ["complete", "partial", "sent"].includes(String(document.status));
  return isWell === (code === 0) ? null : `it exits ${code} with status ${document.status}`;
}

/** What macp keeps of the question parses and holds no secret, unless it is a link of others. */
function faultOfRecord(path: string): string | null {
  if (!exists(path) || Deno.lstatSync(path).isSymlink) return null;
  const text = Deno.readTextFileSync(path);
  if (parseRecord(text) === null) return `the record of the question is no document: ${text}`;
  const secret = [...forbidden, hookToken].find((form) => text.includes(form));
  return secret === undefined ? null : `the record of the question holds the secret ${secret}`;
}
