/**
 * Ways in which an agent leaves its answer, and what else it may put into the folder of the
 * answers: links to files of others, folders, pipes.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { exists, type Repository, textOf } from "../e2e/harness.ts";
import { answerOf } from "../e2e/stand_in_gateway.ts";

/** How an answer is left. */
export type Way =
  | ("aside" | "plainly" | "in halves" | "huge" | "never")
  | ("as a link" | "as a link to nothing" | "as a folder" | "as a pipe");

/** Every way, as often as it is to be tried. */
export const ways: readonly Way[] = [
  ...["aside", "aside", "plainly", "in halves", "in halves", "huge", "never"] as const,
  ...["as a link", "as a link to nothing", "as a folder", "as a pipe"] as const,
];

/** What lies there before the question is asked. */
export type Ground =
  | ("nothing" | "junk" | "pipe for a lock")
  | ("answer" | "lock" | "request" | "previous" | "previous folder");

/** Every ground, as often as it is to be tried. */
export const grounds: readonly Ground[] = [
  ...["nothing", "nothing", "nothing", "nothing", "junk", "pipe for a lock"] as const,
  ...["answer", "lock", "request", "previous", "previous folder"] as const,
];

/** What stands in files of others. */
const words = "the-words-of-somebody-else";

/** Files of others, outside of the repository, and a place where none is. */
export interface Foreign {
  folder: string;
  file: string;
  missing: string;
}

/** Makes them. */
export function makeForeign(repository: Repository): Foreign {
  const folder = repository.outside("foreign");
  const file = join(folder, "precious.json");
  Deno.mkdirSync(folder);
  Deno.writeTextFileSync(file, foreignText);
  return { folder, file, missing: repository.outside("escaped.json") };
}

const foreignText = JSON.stringify({ ...answerOf("x", { result: words }), runId: null });

/** What is wrong with them now, or null. */
export function faultOfForeign({ folder, file }: Foreign): string | null {
  if (textOf(file) !== foreignText) return "a foreign file changed";
  return [...Deno.readDirSync(folder)].length > 1 ? "a file was written through a link" : null;
}

/** Whether a text tells what stands in them. */
export function tellsForeign(text: string): boolean {
  return text.includes(words);
}

/** Puts something into the folder of the answers before a question is asked. */
export function prepare(ground: Ground, path: string, foreign: Foreign): void {
  Deno.mkdirSync(dirname(path), { recursive: true });
  const beside = (ending: string) => path.replace(/json$/, ending);
  switch (ground) {
    case "answer":
      return Deno.symlinkSync(foreign.file, path);
    case "lock":
      return Deno.symlinkSync(foreign.missing, beside("lock"));
    case "request":
      return Deno.symlinkSync(foreign.file, beside("request.json"));
    case "previous":
      return Deno.symlinkSync(foreign.file, beside("prev.json"));
    case "previous folder":
      return Deno.symlinkSync(foreign.folder, beside("prev.json"));
    case "pipe for a lock":
      return makePipe(beside("lock"));
    case "junk":
      Deno.writeTextFileSync(path, "{");
      return Deno.mkdirSync(beside("prev.json"));
    case "nothing":
      return;
  }
}

/** Leaves an answer; not where something lies already. */
export async function leave(
  way: Way,
  { path, bytes, foreign }: { path: string; bytes: Uint8Array; foreign: Foreign },
): Promise<void> {
  if (exists(path)) return;
  switch (way) {
    case "aside":
      Deno.writeFileSync(`${path}.agent`, bytes);
      return Deno.renameSync(`${path}.agent`, path);
    case "plainly":
      return Deno.writeFileSync(path, bytes);
    case "in halves":
      return await leaveInHalves(path, bytes);
    case "as a link":
      return Deno.symlinkSync(foreign.file, path);
    case "as a link to nothing":
      return Deno.symlinkSync(foreign.missing, path);
    case "as a folder":
      return Deno.mkdirSync(path);
    case "as a pipe":
      return makePipe(path);
    case "huge": {
      using file = Deno.openSync(path, { write: true, create: true });
      return file.truncateSync(2 ** 30);
    }
    case "never":
      return;
  }
}

/** Its file may be moved aside between the halves; it writes on in it all the same. */
async function leaveInHalves(path: string, bytes: Uint8Array): Promise<void> {
  using file = Deno.openSync(path, { write: true, create: true });
  const middle = bytes.length >> 1;
  file.writeSync(bytes.subarray(0, middle));
  await new Promise((resolve) => setTimeout(resolve, 100));
  file.writeSync(bytes.subarray(middle));
}

function makePipe(path: string): void {
  new Deno.Command("mkfifo", { args: [path] }).outputSync();
}
