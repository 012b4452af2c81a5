/**
 * What a measurement ran on.
 *
 * @module
 */
import { run } from "../lib/run.ts";

/** Facts of this machine and its programs, one a line. */
export async function machineFacts(macp: string, workFolder: string): Promise<string[]> {
  const version = (program: string) => firstLine(program, ["--version"]);
  const fileSystem = await firstLine("stat", ["-f", "-c", "%T", workFolder]);
  const gibibytes = Deno.systemMemoryInfo().total / 2 ** 30;
  return [
    `date: ${new Date().toISOString()}`,
    `machine: ${navigator.hardwareConcurrency} cores of ${cpuModel()}, ${gibibytes.toFixed(0)} GiB`,
    `system: ${Deno.build.os} ${Deno.osRelease()}, work folder on ${fileSystem ?? "?"}`,
    `load before: ${load()}`,
    `versions: ${await version(macp)}, ${await version("git")}, ` +
    `${await version("python3") ?? "no python3"}, measured by Deno ${Deno.version.deno}`,
  ];
}

/** Mean number of programs that wanted a core in the last minute; noise, when it is high. */
export function load(): string {
  return (Deno.loadavg()[0] ?? 0).toFixed(2);
}

/** First line that a program prints; null when there is no such program. */
async function firstLine(program: string, args: string[]): Promise<string | null> {
  const { success, stdout } = await run(program, args, { quiet: true });
  return success ? stdout.split("\n")[0] ?? "" : null;
}

function cpuModel(): string {
  try {
    return parseCpuModel(Deno.readTextFileSync("/proc/cpuinfo"));
  } catch {
    return Deno.build.arch;
  }
}

/** Model of the first processor in a text in the form of /proc/cpuinfo. */
export function parseCpuModel(cpuinfo: string): string {
  return /^model name\s*:\s*(.+)$/m.exec(cpuinfo)?.[1] ?? Deno.build.arch;
}
