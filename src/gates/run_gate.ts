/**
 * Runs one quality gate.
 *
 * @module
 */
import type { AttemptLog } from "../logs/attempt_log.ts";
import { createTextCleaner } from "../logs/text_cleaner.ts";
import { attemptMarker } from "../process/find_attempt_processes.ts";
import { type CommandEnd, runCommand } from "../process/run_command.ts";
import { MacpError } from "../protocol/errors.ts";
import type { GateEvidence, ProcessIdentity } from "../protocol/generated/types.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { World } from "../sys/world.ts";
import {
  expected,
  judgeEmptyGate,
  judgeExpected,
  judgeGate,
  type Judgement,
  judgeTracked,
} from "./judge_gate.ts";
import { OutputRecord } from "./output_record.ts";
import { type Gate, isEmptyCommand } from "./resolve_gates.ts";
import { TestRunDetector } from "./test_run_detector.ts";

/** Where and how gates run. */
export interface GateContext {
  world: World;
  /** Folder in which they run. */
  cwd: string;
  /** Whole environment, with `MACP_ATTEMPT_ID`, which no gate can change. */
  env: Readonly<Record<string, string>>;
  log: AttemptLog;
  redactor: Redactor;
  /** What the sections of the log call it; "gate" when left out. */
  label?: string;
  /** Ends the running gate. */
  signal?: AbortSignal;
  /** Tells which files that are judged are not as they were committed; asked after a green gate. */
  unjudged?: () => Promise<readonly string[]>;
  /** Called with the identity of each gate's first process before it begins. */
  onStarted?: (leader: ProcessIdentity) => void | Promise<void>;
}

/** Lines and bytes of the output that the evidence holds. */
const tailLines = 40;
const tailBytes = 4096;
/** How long the output of a gate is searched for what is expected: nothing else is done then. */
const searchSeconds = 5;
/** Errors after which nothing was run. */
const notRun = new Set(["folder_missing", "program_missing", "program_not_started"]);

/** A gate that came to a verdict. */
export interface GateTrial {
  evidence: GateEvidence;
  /** Whether the same command on the same files would very likely end the same way again. */
  conclusive: boolean;
}

/** Runs a gate as `tryGate` does, for its evidence alone. */
export async function runGate(context: GateContext, gate: Gate): Promise<GateEvidence | null> {
  return (await tryGate(context, gate))?.evidence ?? null;
}

/**
 * Runs a gate to its end and judges it. Its output goes into the log, in a section of
 * its own. Null when it was ended by the context's signal: then there is no verdict.
 *
 * Throws what `runCommand` throws, but for a command that could not be started, and what
 * the file system says about the log.
 */
export async function tryGate(context: GateContext, gate: Gate): Promise<GateTrial | null> {
  const { world, log, redactor, label = "gate" } = context;
  log.section(`${label}: ${gate.command}`);
  const begun = world.clock.elapsed();
  const said = isEmptyCommand(gate.command) ? judgeEmptyGate() : await runAndJudge(context, gate);
  if (said === null) return null;
  const judgement = said.outcome === "passed" ? await judgeLeft(context, said) : said;
  const duration = Math.round(world.clock.elapsed() - begun) / 1000;
  const reason = judgement.reason === null ? null : redactor.text(judgement.reason);
  const output_tail = log.tail(tailLines, tailBytes);
  log.section(`${label} ${judgement.outcome}${reason === null ? "" : `: ${reason}`}`);
  const evidence: GateEvidence = {
    // Redacted before anybody cuts it: half a secret would not be known any more.
    command: redactor.text(gate.command),
    type: gate.type,
    outcome: judgement.outcome,
    reason,
    exit_code: judgement.exit_code,
    duration_seconds: duration,
    output_tail,
  };
  return { evidence, conclusive: judgement.conclusive };
}

/** A green gate must leave what is judged as it was. */
async function judgeLeft({ unjudged }: GateContext, judgement: Judgement): Promise<Judgement> {
  try {
    return judgeTracked(judgement, await unjudged?.() ?? []);
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    const reason = `What it judged cannot be read any more: ${error.message}`;
    return { ...judgement, outcome: "broken", reason, conclusive: false };
  }
}

async function runAndJudge(context: GateContext, gate: Gate): Promise<Judgement | null> {
  const output = new GateOutput(context.log);
  const end = await run(context, gate, output);
  if (end instanceof MacpError) {
    const reason = `It could not be started: ${end.message}`;
    return { outcome: "broken", reason, exit_code: 127, conclusive: false };
  }
  if (end.cause === "aborted") return null;
  const { output: text, ...said } = output.end();
  const judgement = judgeGate({ gate, end, ...said });
  const pattern = expected(gate);
  if (pattern === null || judgement.outcome !== "passed") return judgement;
  const found = await context.world.finds(pattern, text, searchSeconds * 1000);
  return judgeExpected(judgement, gate, { found, seconds: searchSeconds });
}

async function run(
  context: GateContext,
  gate: Gate,
  output: GateOutput,
): Promise<CommandEnd | MacpError> {
  const { world, cwd, env, signal, onStarted } = context;
  const marker = env[attemptMarker];
  try {
    return await runCommand(world, {
      command: gate.command,
      cwd,
      env: { ...env, ...gate.env, ...(marker === undefined ? {} : { [attemptMarker]: marker }) },
      timeoutMs: gate.timeoutSeconds * 1000,
      separateStderr: gate.type === "ai-review",
      onOutput: (chunk, stream) => output.push(chunk, stream),
      ...(signal ? { signal } : {}),
      ...(onStarted ? { onStarted } : {}),
    });
  } catch (error) {
    if (error instanceof MacpError && notRun.has(error.code)) return error;
    throw error;
  }
}

/** What a gate prints, on its way into the log and to the judgement. */
class GateOutput {
  readonly #log: AttemptLog;
  readonly #cleaners = { out: createTextCleaner(), err: createTextCleaner() };
  readonly #all = new OutputRecord();
  readonly #standard = new OutputRecord();
  readonly #detector = new TestRunDetector();

  constructor(log: AttemptLog) {
    this.#log = log;
  }

  push(chunk: Uint8Array, stream: "out" | "err"): void {
    this.#log.write(chunk, stream);
    this.#take(this.#cleaners[stream].push(chunk), stream);
  }

  end() {
    for (const stream of ["out", "err"] as const) this.#take(this.#cleaners[stream].end(), stream);
    return {
      output: this.#all.text(),
      standardOutput: this.#standard.complete ? this.#standard.text() : null,
      tests: this.#detector.end(),
    };
  }

  #take(text: string, stream: "out" | "err"): void {
    this.#all.push(text);
    this.#detector.push(text);
    if (stream === "out") this.#standard.push(text);
  }
}
