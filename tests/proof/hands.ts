/**
 * Many processes at once on one repository: submitting, cancelling, retrying, syncing,
 * watching, draining and looking, for a while.
 *
 * @module
 */
import { type Repository, withRepository } from "../e2e/harness.ts";
import { faultsNow } from "./kill_checks.ts";
import { eventFiles, linesOf } from "./kill_story.ts";
import { Choices } from "./random.ts";

/** What came of it. */
export interface HandsReport {
  calls: number;
  submitted: number;
  faults: string[];
}

/** How much is tried. */
export interface HandsPlan {
  seed: number;
  /** Processes at once. */
  hands: number;
  seconds: number;
}

/** Exit codes that a call may end with while others work; 5 never. */
const right = [0, 1, 2, 3, 4];

/** Lets so many hands work on one repository, and looks what is left of it. */
export async function proveHands({ seed, hands, seconds }: HandsPlan): Promise<HandsReport> {
  const report: HandsReport = { calls: 0, submitted: 0, faults: [] };
  await withRepository(async (repository) => {
    await prepare(repository);
    const submitted = new Set<string>();
    const end = performance.now() + seconds * 1000;
    const hand = async (number: number) => {
      const choices = new Choices(seed * 1000 + number);
      for (let turn = 0; performance.now() < end; turn++) {
        await act(repository, { number, turn, choices, submitted, report });
        for (const fault of faultsNow(repository)) report.faults.push(fault);
        if (report.faults.length > 0) return;
      }
    };
    await Promise.all(Array.from({ length: hands }, (_, number) => hand(number)));
    report.submitted = submitted.size;
    if (report.faults.length === 0) report.faults.push(...await faultsAfter(repository, submitted));
    report.faults = report.faults.map((fault) => `seed ${seed}: ${fault}`);
  });
  return report;
}

async function prepare(repository: Repository): Promise<void> {
  await repository.commit({ ".gitignore": ".mosaic/\n", "README.md": "# A project\n" });
  Deno.mkdirSync(`${repository.path}/docs`);
  const rows = Array.from({ length: 5 }, (_, row) => `| table-${row} | not-started | Row ${row} |`);
  repository.write("docs/TASKS.md", `| id | status | title |\n|---|---|---|\n${rows.join("\n")}\n`);
  repository.writeConfig({
    macp: {
      exec: {
        enabled: true,
        command: `cat >> '${repository.outside("received")}'`,
        event_filter: null,
      },
    },
    worker: { command_template: "true" },
  });
}

interface Turn {
  number: number;
  turn: number;
  choices: Choices;
  submitted: Set<string>;
  report: HandsReport;
}

async function act(
  repository: Repository,
  { number, turn, choices, submitted, report }: Turn,
): Promise<void> {
  const id = `task-${number}-${turn}`;
  const any = choices.one(["none", ...submitted]);
  const run = `echo "$MACP_TASK_ID $MACP_ATTEMPT" >> '${repository.outside("runs")}'`;
  const command = choices.next() < 0.2 ? `${run}; exit 1` : run;
  const submit = ["submit", "--task-id", id, "--title", "x", `--command=${command}`];
  const plain = choices.next() < 0.5 ? ["--worktree", "."] : [];
  const args = choices.one([
    [...submit, ...plain],
    [...submit, "--worktree", "."],
    ["cancel", any],
    ["retry", any],
    ["sync", "--apply"],
    ["watch", "--once"],
    ["run", "--once"],
    ["drain", "--jobs", "3"],
    ["status", "--json"],
    ["history", "--json"],
  ]);
  const { code, stderr } = await repository.macp(args);
  report.calls++;
  if (args[0] === "submit" && code === 0) submitted.add(id);
  const told = `${args.slice(0, 3).join(" ")} exits ${code}: ${stderr.slice(-500)}`;
  if (!right.includes(code)) report.faults.push(told);
  if (args[0] === "submit" && code !== 0) report.faults.push(told);
}

/** What must hold when all is quiet again. */
async function faultsAfter(
  repository: Repository,
  submitted: ReadonlySet<string>,
): Promise<string[]> {
  const faults: string[] = [];
  const drained = await repository.macp(["drain", "--jobs", "3"]);
  if (![0, 1].includes(drained.code)) faults.push(`drain exits ${drained.code}: ${drained.stderr}`);
  const watched = await repository.macp(["watch", "--once"]);
  if (watched.code !== 0) faults.push(`watch exits ${watched.code}: ${watched.stderr}`);
  faults.push(...faultsNow(repository));
  const tasks = repository.readQueue();
  const ids = tasks.map(({ id }) => id);
  for (const id of submitted) if (!ids.includes(id)) faults.push(`task ${id} is lost`);
  if (new Set(ids).size < ids.length) faults.push("a task stands in the queue twice");
  for (const { id, status } of tasks) {
    if (status !== "completed" && status !== "failed") faults.push(`${id} is ${status}`);
  }
  const told = eventFiles(repository).flatMap((path) =>
    Deno.readTextFileSync(path).split("\n").filter(Boolean).map((line) => JSON.parse(line).event_id)
  );
  const received = linesOf(repository, "received").map((line) => JSON.parse(line).event_id);
  if (received.length !== told.length || new Set(received).size !== told.length) {
    faults.push(`the sink got ${received.length} events of ${told.length}`);
  }
  const valid = await repository.macp(["validate"]);
  if (valid.code !== 0) faults.push(`validate exits ${valid.code}: ${valid.stderr.slice(0, 300)}`);
  return faults;
}
