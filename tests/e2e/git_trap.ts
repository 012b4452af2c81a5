/**
 * A git that stands in for the real one and does something at one call of macp's.
 *
 * @module
 */
import type { Repository } from "./harness.ts";

/** Shell commands that end macp where it waits for git; git itself does not run. */
export const killCaller = "kill -9 $PPID; exit 1";

/**
 * Environment in which `action`, a shell script, runs before the first call of git whose
 * arguments hold `words`, and never again.
 */
export function trapGit(
  repository: Repository,
  words: string,
  action: string,
): Record<string, string> {
  const folder = repository.outside(`trap-${crypto.randomUUID()}`);
  Deno.mkdirSync(folder);
  const script = [
    "#!/bin/sh",
    `case " $* " in *" ${words} "*)`,
    `  if mkdir '${folder}/sprung' 2>/dev/null; then ${action}; fi;;`,
    "esac",
    `PATH='${repository.env.PATH}' exec git "$@"`,
  ];
  Deno.writeTextFileSync(`${folder}/git`, `${script.join("\n")}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${repository.env.PATH}` };
}
