/**
 * What must hold of every call of the executable, whatever it was given.
 *
 * @module
 */
import { exists, filesBelow, type Ran, type Repository, type Running } from "../e2e/harness.ts";

/** Milliseconds after which a call hangs; the machine may be busy. */
export const hangMs = 60_000;

/** How a call ended; null when it hung and was killed. */
export async function endOf(call: Running): Promise<Ran | null> {
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    call.kill("SIGKILL");
  }, hangMs);
  const ran = await call.ended.finally(() => clearTimeout(timer));
  return hung ? null : ran;
}

/** What is around the state of a repository, as one text that is equal when nothing changed. */
export function outsideOf(repository: Repository): string {
  const state = repository.state();
  return [...filesBelow(repository.folder)].filter((path) => !path.startsWith(state))
    .filter((path) => !path.endsWith(".md") && !path.includes("/.git/")).sort()
    .map((path) => `${path} ${Deno.statSync(path).size}`).join("\n");
}

const traces =
  /\n\s+at (?:.* \()?(?:file|ext|node|https?):|\b(?:Type|Range|Reference|Syntax)Error\b|Uncaught|panicked|Cannot go on as/;

/** What is wrong with how a call ended, or null. */
export function faultOfRan(
  { code, stderr }: { code: number; stderr: string },
): string | null {
  if (![0, 1, 2, 3, 4, 5, 130].includes(code)) return `it exits ${code}: ${stderr.slice(-400)}`;
  const trail = traces.exec(stderr);
  return trail ? `it prints "${trail[0].trim()}": ${stderr.slice(-600)}` : null;
}

/** Nothing is written beside the repository, and no text became a command. */
export function faultOfPlace(repository: Repository, outside: string): string | null {
  // A branch may be called like a command; what a command makes is called CANARY.
  const canaries = [...filesBelow(repository.folder)].filter((path) => /\/CANARY$/.test(path));
  if (canaries.length > 0) return `a text became a command: ${canaries.join(", ")}`;
  const escaped = [
    "/tmp/escaped",
    repository.outside("escaped"),
    repository.outside("escaped.json"),
  ];
  const found = escaped.filter(exists);
  if (found.length > 0) return `a path escaped: ${found.join(", ")}`;
  const now = outsideOf(repository);
  return now === outside ? null : `files beside the state changed:\n${now}\nwere\n${outside}`;
}
