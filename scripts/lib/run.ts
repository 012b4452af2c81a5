/**
 * Runs programs from scripts.
 *
 * @module
 */
import { dirname } from "@std/path";

/** Root folder of the project. */
export const root: string = dirname(dirname(import.meta.dirname ?? ""));

/** How a program ended. */
export interface Run {
  success: boolean;
  /** Exit code; 127 when it could not be started. */
  code: number;
  /** What it printed when it was quiet; else empty. */
  stdout: string;
  /** What it printed as errors when it was quiet; else empty. Says why when it did not start. */
  stderr: string;
}

/** How a program is run. */
export interface RunOptions {
  /** Working folder; the project's root unless given. */
  cwd?: string;
  env?: Record<string, string>;
  /** Gives it nothing of this process's environment. */
  clearEnv?: boolean;
  /** Keeps what it prints instead of passing it on. */
  quiet?: boolean;
  /** Milliseconds after which it is ended. */
  timeoutMs?: number;
}

/** Runs a program to its end, with nothing on its standard input. */
export async function run(command: string, args: string[], options: RunOptions = {}): Promise<Run> {
  const stream = options.quiet ? "piped" : "inherit";
  try {
    const child = new Deno.Command(command, {
      args,
      cwd: options.cwd ?? root,
      env: {
        DENO_NO_UPDATE_CHECK: "1",
        ...(options.quiet ? { NO_COLOR: "1" } : {}),
        ...options.env,
      },
      clearEnv: options.clearEnv ?? false,
      stdin: "null",
      stdout: stream,
      stderr: stream,
      ...(options.timeoutMs === undefined
        ? {}
        : { signal: AbortSignal.timeout(options.timeoutMs) }),
    });
    if (!options.quiet) {
      const { success, code } = await child.spawn().status;
      return { success, code, stdout: "", stderr: "" };
    }
    const { success, code, stdout, stderr } = await child.output();
    const text = new TextDecoder();
    return { success, code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  } catch (error) {
    return { success: false, code: 127, stdout: "", stderr: String(error) };
  }
}

/** Runs the Deno that runs the script. */
export function deno(args: string[], options: RunOptions = {}): Promise<Run> {
  return run(Deno.execPath(), args, options);
}
