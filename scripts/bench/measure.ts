/**
 * Measures programs: time from start to end, and peak memory.
 *
 * @module
 */

/** One run of a program. Its environment holds nothing else. */
export interface Call {
  program: string;
  args: readonly string[];
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/** Gives the call of a round, after preparing what it needs; preparing is not measured. */
export type Subject = (round: number) => Call;

/** How often each subject runs. */
export interface Rounds {
  /** Runs that are not counted. */
  warmUp: number;
  counted: number;
}

/**
 * Measures subjects in turn, A B A B …, so that noise meets all alike.
 *
 * @returns Milliseconds of each counted round, a list for each subject. Throws when a call
 * fails.
 */
export function measureInTurn(
  subjects: readonly Subject[],
  { warmUp, counted }: Rounds,
): number[][] {
  const times = subjects.map((): number[] => []);
  for (let round = 0; round < warmUp + counted; round++) {
    for (const [index, subject] of subjects.entries()) {
      const time = timeOf(subject(round));
      if (round >= warmUp) times[index]?.push(time);
    }
  }
  return times;
}

/** Milliseconds that a call takes. Throws when it fails. */
export function timeOf(call: Call): number {
  const command = new Deno.Command(call.program, optionsOf(call));
  const start = performance.now();
  const { success, code, stderr } = command.outputSync();
  const time = performance.now() - start;
  if (!success) throw failure(call, code, stderr);
  return time;
}

/**
 * Peak of the memory that a call's own process held, in bytes. What it grew by in its last
 * millisecond can be missed. Null where the system does not tell. Throws when it fails.
 */
export async function peakMemoryOf(call: Call): Promise<number | null> {
  const child = new Deno.Command(call.program, optionsOf(call)).spawn();
  const state = { ended: false };
  const errors = new Response(child.stderr).bytes();
  const status = child.status.finally(() => state.ended = true);
  let peak: number | null = null;
  while (!state.ended) {
    peak = parsePeakMemory(readStatus(child.pid)) ?? peak;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const { success, code } = await status;
  if (!success) throw failure(call, code, await errors);
  return peak;
}

/** Bytes that `VmHWM` of a text in the form of /proc/PID/status names; null without it. */
export function parsePeakMemory(status: string): number | null {
  const kibibytes = /^VmHWM:\s*(\d+) kB$/m.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/** Empty when the process ended, or the system has no such file. */
function readStatus(pid: number): string {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/status`);
  } catch {
    return "";
  }
}

function optionsOf({ args, cwd, env }: Call): Deno.CommandOptions {
  return {
    args: [...args],
    cwd,
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  };
}

function failure({ program, args }: Call, code: number, stderr: Uint8Array): Error {
  const words = new TextDecoder().decode(stderr).trim();
  return new Error(
    `Cannot measure ${[program, ...args].join(" ")} as it ends with ${code}: ${words}`,
  );
}
