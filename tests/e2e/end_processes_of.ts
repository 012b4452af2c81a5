/**
 * Ends what tests leave behind that fail, or try a broken program.
 *
 * @module
 */

/**
 * Ends the processes that work in a folder or whose environment names it. Does nothing
 * where there is no /proc.
 */
export function endProcessesOf(folder: string): void {
  for (const pid of pids()) {
    if (pid === Deno.pid || !isOf(pid, folder)) continue;
    try {
      Deno.kill(pid, "SIGKILL");
    } catch {
      // It ended meanwhile.
    }
  }
}

function pids(): number[] {
  try {
    return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => pid > 1);
  } catch {
    return [];
  }
}

function isOf(pid: number, folder: string): boolean {
  try {
    const place = Deno.readLinkSync(`/proc/${pid}/cwd`);
    return place === folder || place.startsWith(`${folder}/`) ||
      Deno.readTextFileSync(`/proc/${pid}/environ`).includes(`${folder}/`);
  } catch {
    return false;
  }
}
