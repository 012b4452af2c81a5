/**
 * Pipes in gates: sh gives the code of a pipe's last command, so that what fails before it
 * stays unseen. Pure.
 *
 * @module
 */

/**
 * What holds no pipe: text in quotes, an escaped character, a comment, `||`, and the
 * redirection `>|`.
 */
const noPipe = /'[^']*'|"(?:[^"\\]|\\[^])*"|\\[^]|(?<![^\s;&|()])#.*|\|\||>\|/g;

/** Whether a command of sh has a pipe, and nothing says `pipefail`. */
export function hasOpenPipe(command: string): boolean {
  return !command.includes("pipefail") && command.replaceAll(noPipe, " ").includes("|");
}

/** What to know of a gate with such a pipe; null for any other. */
export function pipeDoubt(command: string): string | null {
  if (!hasOpenPipe(command)) return null;
  return `the pipe in gate ${command} ends with the code of its last command; ` +
    "write it as bash -o pipefail -c '…'";
}
