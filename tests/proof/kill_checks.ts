/**
 * What must hold after any number of kills.
 *
 * @module
 */
import { join } from "@std/path";
import { exists, type Repository, textOf } from "../e2e/harness.ts";
import { eventFiles, linesOf, processesOf } from "./kill_story.ts";

interface Told {
  event_id: string;
  event_type: string;
  task_id: string;
  metadata?: { attempt?: number };
}

/** What no kill may break even for a moment: every file parses, and nothing came twice. */
export function faultsNow(repository: Repository): string[] {
  const faults: string[] = [];
  for (const name of ["tasks.json", "state.json", "event_cursor.json"]) {
    const text = textOf(repository.state(name));
    if (text !== null) attempt(faults, `${name} does not parse`, () => JSON.parse(text));
  }
  const runs = linesOf(repository, "runs");
  if (new Set(runs).size < runs.length) faults.push("an attempt was started twice");
  const ids = wholeLines(repository).flatMap((line) => {
    try {
      return [(JSON.parse(line) as Told).event_id];
    } catch {
      faults.push(`an event line does not parse: ${line.slice(0, 80)}`);
      return [];
    }
  });
  if (new Set(ids).size < ids.length) faults.push("an event stands in the file twice");
  return faults;
}

/**
 * What must hold once every call of a story came to its end.
 *
 * @param ids Tasks that were submitted, and completed.
 */
export async function faultsAtEnd(
  repository: Repository,
  ids: readonly string[],
): Promise<string[]> {
  const faults = faultsNow(repository);
  const tasks = repository.readQueue();
  for (const id of ids) {
    const task = tasks.find((task) => task.id === id);
    if (task === undefined) faults.push(`task ${id} is lost`);
    else if (task.status !== "completed") faults.push(`${id} is ${task.status}: ${task.reason}`);
  }
  if (tasks.length > ids.length) faults.push("a task stands in the queue twice");
  faults.push(...faultsOfEvents(repository), ...await faultsOfGit(repository));
  if (exists(repository.outside("received"))) faults.push(...faultsOfSink(repository));
  const state = JSON.parse(textOf(repository.state("state.json")) ?? "{}");
  if (Object.keys(state.running).length > 0) faults.push("the ledger still has attempts");
  if (state.outbox.length > 0) faults.push("the ledger still has events");
  const left = processesOf(repository);
  if (left.length > 0) faults.push(`processes live on: ${left.join(", ")}`);
  const valid = await repository.macp(["validate"]);
  if (valid.code !== 0) faults.push(`validate exits ${valid.code}: ${valid.stderr.slice(0, 300)}`);
  const temporaries = [...Deno.readDirSync(repository.state())].filter(({ name }) =>
    /^(tasks|state)\.json\..*\.tmp$/.test(name)
  );
  if (temporaries.length > 0) faults.push("temporary files are left");
  return faults;
}

function wholeLines(repository: Repository): string[] {
  return eventFiles(repository).flatMap((path) => {
    const text = textOf(path) ?? "";
    return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line !== "");
  });
}

/** Each attempt is assigned once and ends once; no attempt is told that was not counted. */
function faultsOfEvents(repository: Repository): string[] {
  const told = wholeLines(repository).map((line) => JSON.parse(line) as Told);
  const runs = linesOf(repository, "runs");
  return repository.readQueue().flatMap(({ id, last_attempt: serials }) => {
    const types = told.filter(({ task_id }) => task_id === id).map(({ event_type }) => event_type);
    const count = (...wanted: string[]) => types.filter((type) => wanted.includes(type)).length;
    const ended = count(
      ...["task.completed", "task.failed", "task.escalated", "task.retry.scheduled"],
    );
    const faults: string[] = [];
    const assigned = count("task.assigned");
    // An acceptance has a serial too, and is no assignment; a reply tells a retry of its own.
    if (assigned > (serials ?? 0)) faults.push(`${id}: ${assigned} assigned of ${serials}`);
    if (ended < assigned) faults.push(`${id}: ${assigned} assigned and ${ended} ended`);
    if (count("task.completed") !== 1) faults.push(`${id}: completed ${count("task.completed")}×`);
    const begun = runs.filter((run) => run.startsWith(`${id} `)).length;
    if (begun > assigned) faults.push(`${id}: ${begun} workers of ${assigned} attempts`);
    return faults;
  });
}

/** What the workers made is in git or still in its worktree, and nothing foreign was touched. */
async function faultsOfGit(repository: Repository): Promise<string[]> {
  const faults: string[] = [];
  const objects = new Set(
    (await repository.git("rev-list", "--all", "--objects")).split("\n")
      .map((line) => line.slice(0, 40)),
  );
  for (const line of linesOf(repository, "made")) {
    const [blob = "", name = ""] = line.split(" ");
    const id = /^work-(.*)-\d+$/.exec(name)?.[1] ?? "";
    if (objects.has(blob) || id === "legacy") continue;
    if (!exists(join(repository.worktree(id), name))) faults.push(`the work ${name} is lost`);
  }
  if (!exists(join(repository.worktree("foreign"), "precious"))) {
    faults.push("a folder that is not macp's was removed");
  }
  const own = await repository.git("rev-parse", "persons-own").catch(() => "gone");
  if (own !== await repository.git("rev-parse", "persons-mark")) {
    faults.push("a branch of a person moved");
  }
  const refs = (await repository.git("for-each-ref", "--format=%(refname)")).split("\n");
  const strange = refs.filter((ref) =>
    !/^refs\/(heads\/(main|persons-own|feat\/.*)|tags\/persons-mark|macp\/.*)$/.test(ref)
  );
  if (strange.length > 0) faults.push(`refs that nobody asked for: ${strange.join(" ")}`);
  const status = await repository.git("status", "--porcelain");
  if (status !== "") faults.push(`the main checkout is dirty: ${status.slice(0, 200)}`);
  await repository.git("fsck", "--connectivity-only").catch((error) => faults.push(String(error)));
  return faults;
}

/** Each event came to the sink; those that it refused are its dead letters, or came again. */
function faultsOfSink(repository: Repository): string[] {
  const ids = wholeLines(repository).map((line) => (JSON.parse(line) as Told).event_id);
  const received = linesOf(repository, "received").map((line) => (JSON.parse(line) as Told));
  const got = new Set(received.map(({ event_id }) => event_id));
  const missing = ids.filter((id) => !got.has(id));
  const strange = [...got].filter((id) => !ids.includes(id));
  return [
    ...missing.length > 0 ? [`${missing.length} events did not reach the sink`] : [],
    ...strange.length > 0 ? [`the sink got ${strange.length} events that never happened`] : [],
  ];
}

function attempt(faults: string[], what: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    faults.push(`${what}: ${error instanceof Error ? error.message : error}`);
  }
}
