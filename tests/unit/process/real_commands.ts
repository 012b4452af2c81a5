import { realWorld } from "../../../src/host/world.ts";
import { type CommandOptions, runCommand } from "../../../src/process/run_command.ts";
import type { World } from "../../../src/sys/world.ts";

/** What a command printed, and how it ended. */
export interface Ran {
  out: string;
  err: string;
  exitCode: number;
  cause: string;
  signal: string | null;
}

/** An environment with a marker of its own. */
export function newEnvironment(): Record<string, string> {
  return { PATH: Deno.env.get("PATH") ?? "", MACP_ATTEMPT_ID: crypto.randomUUID() };
}

/** Runs a command for real. */
export async function run(
  command: string,
  options: Partial<CommandOptions> = {},
  world: World = realWorld(),
): Promise<Ran> {
  const printed = { out: "", err: "" };
  const decoder = new TextDecoder();
  const { exitCode, cause, signal } = await runCommand(world, {
    command,
    cwd: "/",
    env: newEnvironment(),
    timeoutMs: 60_000,
    onOutput: (chunk, stream) => {
      printed[stream] += decoder.decode(chunk);
    },
    ...options,
  });
  return { ...printed, exitCode, cause, signal };
}

/** Calls `test` with a folder that is removed afterwards. */
export async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = Deno.makeTempDirSync();
  try {
    await test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** Whether a process lives. */
export function isAlive(pid: number): boolean {
  return realWorld().processes.identify(pid) !== null;
}

/** Calls `test` with a process that nobody should end, and ends it. */
export async function withBystander(test: (pid: number) => Promise<void>): Promise<void> {
  const bystander = new Deno.Command("sleep", { args: ["300"], stdin: "null" }).spawn();
  try {
    await test(bystander.pid);
  } finally {
    bystander.kill("SIGKILL");
    await bystander.status;
  }
}

/** Content of a file, or null while it does not exist. */
export function readIfThere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return null;
  }
}
