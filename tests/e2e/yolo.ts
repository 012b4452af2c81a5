/**
 * Yolo tasks with the stand-in of mosaic: a real program that needs a terminal.
 *
 * @module
 */
import { join } from "@std/path";
import { exists, type Ran, type Repository } from "./harness.ts";

/** Folder of the stand-ins of agents. */
export const agents = join(import.meta.dirname ?? "", "..", "fixtures", "agents");

/** Search path with the stand-ins first. */
export const agentsPath = `${agents}:/usr/local/bin:/usr/bin:/bin`;

/** Whether this machine can make a terminal. */
export const noScript = !exists("/usr/bin/script");

/** Writes the brief of a task, and submits it. `more` are options of submit. */
export async function submitBrief(
  repository: Repository,
  id: string,
  brief: string | readonly string[],
  ...more: string[]
): Promise<string> {
  const text = typeof brief === "string" ? brief : `${brief.join("\n")}\n`;
  Deno.mkdirSync(`${repository.path}/docs/tasks`, { recursive: true });
  repository.write(`docs/tasks/${id}.md`, text);
  const args = ["submit", "--task-id", id, "--title", `Task ${id}`, "--brief"];
  const ran = await repository.macp([...args, `docs/tasks/${id}.md`, ...more]);
  if (ran.code !== 0) throw new Error(`Cannot submit ${id}: ${ran.stderr}`);
  return text;
}

/** Drains the queue, with the stand-ins on the search path. */
export function drain(repository: Repository): Promise<Ran> {
  return repository.macp(["drain"], { env: { PATH: agentsPath } });
}
