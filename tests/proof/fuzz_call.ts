/**
 * One case, tried: the program is called in a world that exists in memory only.
 *
 * @module
 */
import process from "node:process";
import { runCli } from "../../src/cli/main.ts";
import type { HttpRequest } from "../../src/sys/http.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { bytesOf, planted } from "./fuzz_texts.ts";
import { FuzzFiles, fuzzWorld, root, stateFolder, type WorldTrace } from "./fuzz_world.ts";

/** What may differ for the call of a case. */
export interface CallPlan {
  /** Added to the environment. */
  env?: Record<string, string>;
  /** Told of each request before it is answered. */
  onRequest?: (request: HttpRequest, files: FuzzFiles) => void;
}

/** A call that came to its end. */
export interface Called {
  code: number;
  printed: { stdout: string; stderr: string };
  files: FuzzFiles;
  /** Files of the case as they were, by their path below the repository. */
  before: ReadonlyMap<string, Uint8Array>;
  trace: WorldTrace;
}

/** Calls the program with a case; what it did, or why that was no proper end. */
export async function callProgram(
  input: FuzzInput,
  { env = {}, onRequest }: CallPlan = {},
): Promise<Called | string> {
  const files = filesOf(input);
  const before = new Map(
    Object.keys(input.files).map((name) => [name, files.readBytes(`${root}/${name}`)]),
  );
  const { world, trace, terminal, printed, hung } = fuzzWorld({
    files,
    env: { HOME: "/home", PATH: "/bin", DEPLOY_TOKEN: planted.DEPLOY_TOKEN, ...env },
    answers: input.answers.map((answer) => {
      const [, status = "0", text = ""] = /^(\d*) ?(.*)$/s.exec(answer) ?? [];
      return { status: Number(status), headers: {}, text };
    }),
    command: {
      output: input.output,
      code: input.output.length % 3 === 0 ? 1 : 0,
      report: input.report,
    },
    onRequest: (request) => onRequest?.(request, files),
  });
  let code: number;
  const begun = busyMs();
  try {
    code = await Promise.race([runCli(world, terminal, input.args), hung]);
  } catch (error) {
    return `it throws ${error instanceof Error ? error.stack : error}`;
  }
  const took = busyMs() - begun;
  if (took > slowMs) return `it takes ${Math.round(took)} ms`;
  return { code, printed, files, before, trace };
}

/** The files of a case, none of them touched. */
export function filesOf(input: FuzzInput): FuzzFiles {
  const files = new FuzzFiles();
  files.makeFolder(`${root}/.git`);
  files.makeFolder(stateFolder);
  files.makeFolder("/home");
  for (const [name, text] of Object.entries(input.files)) {
    files.put(`${root}/${name}`, bytesOf(text));
  }
  files.touched.clear();
  return files;
}

/** Milliseconds that no call may be busy for. */
export const slowMs = 2000;

/** Milliseconds that this thread was busy; others may be busy too, and do not count. */
export function busyMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
