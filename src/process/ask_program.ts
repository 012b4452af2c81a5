/**
 * Asks a program for something short, such as its version.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import type { World } from "../sys/world.ts";

/** Most characters of an answer. */
const maxCharacters = 65_536;

/** What is asked. */
export interface Question {
  /** A path, or a name that is looked up on the PATH of `env`. */
  command: string;
  args: readonly string[];
  /** Whole environment. */
  env: Record<string, string>;
  cwd?: string;
  /** Milliseconds until the program is ended. */
  timeoutMs: number;
}

/** What it said. */
export interface Answer {
  code: number;
  stdout: string;
  stderr: string;
  timedOut: boolean;
}

/** Runs a program to its end; null when there is no such program. */
export async function askProgram(world: World, question: Question): Promise<Answer | null> {
  const { command, args, env, cwd, timeoutMs } = question;
  try {
    const child = world.processes.spawn({
      command,
      args,
      env,
      ownSession: true,
      stdin: "null",
      stderr: "piped",
      ...(cwd === undefined ? {} : { cwd }),
    });
    const deadline = world.clock.deadline(timeoutMs);
    const end = () => void world.processes.signal(-child.pid, "SIGKILL");
    deadline.addEventListener("abort", end);
    const [stdout, stderr, { code }] = await Promise.all([
      readText(child.stdout),
      readText(child.stderr),
      child.exited,
    ]);
    deadline.removeEventListener("abort", end);
    return { code, stdout, stderr, timedOut: deadline.aborted };
  } catch (error) {
    if (error instanceof MacpError) return null;
    throw error;
  }
}

async function readText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    if (text.length < maxCharacters) text += decoder.decode(chunk, { stream: true });
  }
  return text.slice(0, maxCharacters);
}
