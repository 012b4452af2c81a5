/**
 * A sample of the same on the executable, with real files, git, shells and links: what a world
 * in memory cannot show.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { exists, filesBelow, type Repository, textOf, withRepository } from "../e2e/harness.ts";
import { withReceiver } from "../e2e/sinks.ts";
import { caseOf } from "./fuzz_case.ts";
import type { FuzzInput } from "./fuzz_inputs.ts";
import { tryDelegations } from "./fuzz_gateway.ts";
import { endOf, faultOfPlace, faultOfRan, hangMs, outsideOf } from "./fuzz_program_checks.ts";
import { bytesOf, forbidden, hostileText, planted } from "./fuzz_texts.ts";
import { Choices } from "./random.ts";

/** What came of it. */
export interface FuzzProgramReport {
  /** Calls with files and arguments that are wrong somewhere. */
  calls: number;
  /** Tasks with hostile texts in every field that were run to their end. */
  tasks: number;
  /** Questions to an agent that answers wrongly, behind a gateway that does too. */
  delegations: number;
  seconds: number;
  faults: string[];
}

/** How much is tried. */
export interface FuzzProgramPlan {
  seed: number;
  calls: number;
  /** Queues that are drained, of eight tasks each. */
  drains: number;
  delegations: number;
}

/** Verbs that start commands of the case or wait, and are tried by draining instead. */
const others = ["run", "drain", "watch", "doctor", "demo", "accept", "init"];

/** Calls the executable with cases, and drains queues of hostile tasks. */
export async function proveBadInputOnProgram(plan: FuzzProgramPlan): Promise<FuzzProgramReport> {
  const begun = performance.now();
  const report: FuzzProgramReport = { calls: 0, tasks: 0, delegations: 0, seconds: 0, faults: [] };
  let answers: readonly string[] = [];
  const answer = (index: number) => responseOf(answers[index % answers.length] ?? "204 ");
  const withReceiverOf = (test: (repository: Repository, origin: string) => Promise<void>) =>
    withReceiver(answer, ({ origin }) => withRepository((repository) => test(repository, origin)));
  await withReceiverOf(async (repository, origin) => {
    const outside = outsideOf(repository);
    for (let seed = plan.seed; report.calls < plan.calls && report.faults.length === 0; seed++) {
      const { subject, input } = caseOf(seed);
      // These speak of ports of this machine, and are tried against a gateway of their own.
      if (subject === "handoffs") continue;
      if (subject === "output" || input.args.some((arg) => others.includes(arg))) continue;
      // Paths of the world in memory stand for none here.
      if (input.args.some((arg) => /^(--repo|--set|--keep)|\0|.{100000}/s.test(arg))) continue;
      answers = input.answers;
      const fault = await tryCall(repository, onLoopback(input, origin), outside);
      if (fault) report.faults.push(`seed ${seed} (${subject}): ${fault}\n  ${told(input)}`);
      report.calls++;
    }
  });
  for (let drain = 0; drain < plan.drains && report.faults.length === 0; drain++) {
    const seed = plan.seed + drain;
    const fault = await withHostileTasks(seed, report);
    if (fault) report.faults.push(`drain of seed ${seed}: ${fault}`);
  }
  if (report.faults.length === 0) {
    const { faults } = await tryDelegations({ seed: plan.seed, calls: plan.delegations });
    report.delegations = plan.delegations;
    report.faults.push(...faults);
  }
  report.seconds = (performance.now() - begun) / 1000;
  return report;
}

/** A case whose receivers stand on this machine, and are asked again only once: pauses are real. */
function onLoopback(input: FuzzInput, origin: string): FuzzInput {
  const files = Object.entries(input.files).map(([name, text]) => [
    name,
    text.replaceAll(/https?:\/\/(?:[\w-]+\.)*example(?:\.org)?(?=[/"])/g, origin)
      .replaceAll(/"retry_count":\s*\d+/g, '"retry_count":1'),
  ]);
  return { ...input, files: Object.fromEntries(files) };
}

/** What a receiver answers: a status and a body; 500 for what is no status. */
function responseOf(answer: string): Response {
  const { said = "", body = "" } = /^(?<said>\d+) (?<body>.*)$/s.exec(answer)?.groups ?? {};
  const status = Number(said) < 200 ? 500 : Number(said);
  return new Response(status === 204 ? null : body, { status });
}

function told(input: FuzzInput): string {
  return JSON.stringify(input).slice(0, 4000);
}

async function tryCall(
  repository: Repository,
  input: FuzzInput,
  outside: string,
): Promise<string | null> {
  for (const name of ["docs", ".mosaic"]) {
    const path = join(repository.path, name);
    if (exists(path)) Deno.removeSync(path, { recursive: true });
  }
  Deno.mkdirSync(repository.state(), { recursive: true });
  for (const [name, text] of Object.entries(input.files)) {
    const path = join(repository.path, name);
    Deno.mkdirSync(dirname(path), { recursive: true });
    Deno.writeFileSync(path, bytesOf(text));
  }
  const env = { DEPLOY_TOKEN: planted.DEPLOY_TOKEN };
  const call = repository.start(input.args, { env });
  const ran = await endOf(call);
  if (ran === null) return `it does not end within ${hangMs} ms`;
  return faultOfRan(ran) ?? faultOfPlace(repository, outside);
}

/** A text that an argument list or an environment can hold. */
function field(choices: Choices): string {
  const text = hostileText(choices).replaceAll("\0", "").replaceAll(/[\uf780-\uf7ff]/g, "?");
  return text.toWellFormed().replaceAll("__PROTO__", "__proto__").slice(0, 3000);
}

/** Drains a queue whose tasks have hostile texts wherever a text may stand but in commands. */
async function withHostileTasks(seed: number, report: FuzzProgramReport): Promise<string | null> {
  const choices = new Choices(seed);
  let fault: string | null = null;
  await withRepository(async (repository) => {
    await repository.commit({ "README.md": "# A project\n", ".gitignore": ".mosaic/\n" });
    // A place of ours that is a link to somebody else's.
    const foreign = repository.outside("foreign");
    Deno.mkdirSync(foreign);
    Deno.writeTextFileSync(join(foreign, "precious"), "not macp's\n");
    Deno.mkdirSync(repository.outside("worktrees"));
    Deno.symlinkSync(foreign, repository.worktree("t0"));
    Deno.mkdirSync(repository.state("results"));
    Deno.symlinkSync(foreign, repository.state("results", "linked"));
    repository.writeConfig({
      worker: { command_template: 'echo {task_title} "{task_id}" > /dev/null' },
      macp: { retry_backoff_seconds: 0 },
    });
    const tasks = Array.from({ length: 8 }, (_, index) => hostileTask(choices, index));
    repository.writeQueue(tasks);
    const env = { DEPLOY_TOKEN: planted.DEPLOY_TOKEN };
    const calls = [["drain", "--verbose"], ["status"], ["inbox"], ["clean"], ["history", "--json"]];
    for (const args of calls) {
      const ran = await repository.macp(args, { env });
      fault ??= faultOfRan(ran);
      if (forbidden.some((form) => (ran.stdout + ran.stderr).includes(form))) {
        fault ??= `${args[0]} prints a secret: ${ran.stdout.slice(-600)}`;
      }
    }
    report.tasks += tasks.length;
    fault ??= faultOfPlace(repository, outsideOf(repository)) ?? faultOfTasks(repository, tasks);
    if (textOf(join(foreign, "precious")) !== "not macp's\n") fault ??= "a foreign file changed";
    if ([...Deno.readDirSync(foreign)].length > 1) fault ??= "a file was written through a link";
    const status = await repository.git("status", "--porcelain");
    if (status !== "") fault ??= `the main checkout is dirty: ${status}`;
    if (fault !== null) fault += `\n  with ${JSON.stringify(tasks).slice(0, 5000)}`;
  });
  return fault;
}

function hostileTask(choices: Choices, index: number): Record<string, unknown> {
  const kind = choices.one(["exec", "exec", "legacy", "acp", "yolo"]);
  const report = JSON.stringify({
    summary: field(choices),
    pr: field(choices),
    status: choices.one(["completed", "escalated"]),
    escalation_reason: field(choices),
    metadata: { [field(choices) || "x"]: field(choices) },
  });
  // What is said reaches the shell as data, by the environment of nobody: a quoted document.
  const quoted = `'${report.replaceAll("'", `'\\''`)}'`;
  const command = `printf %s ${quoted} > "$MACP_RESULT_FILE"; echo "$MACP_TASK_TITLE"; date > made`;
  const optional = (name: string) => choices.below(3) === 0 ? { [name]: field(choices) } : {};
  const { ...texts } = {
    title: field(choices),
    description: field(choices),
    ...optional("branch"),
    ...optional("brief_path"),
    ...choices.below(4) === 0 ? { result_path: "results/linked/x.json" } : optional("result_path"),
    ...optional("worktree"),
    ...optional("issue"),
    ...optional("pr"),
    ...optional("runtime"),
  };
  return {
    id: index % 4 === 3 && kind === "legacy" ? `${field(choices)}${index}` : `t${index}`,
    status: "pending",
    ...texts,
    ...(kind === "legacy" ? {} : { dispatch: kind, command }),
    ...(choices.below(2) === 0 ? { quality_gates: ["true"] } : {}),
    metadata: { thread_id: field(choices), model: field(choices) },
    timeout_seconds: 60,
  };
}

/** Each task came to an end, and what was written of it parses. */
function faultOfTasks(
  repository: Repository,
  tasks: readonly Record<string, unknown>[],
): string | null {
  const queue = repository.readQueue();
  if (queue.length !== tasks.length) return "a task is lost";
  const open = queue.filter(({ status }) => !["completed", "failed", "escalated"].includes(status));
  if (open.length > 0) {
    return `tasks did not come to an end: ${JSON.stringify(open).slice(0, 1000)}`;
  }
  for (const path of filesBelow(repository.state())) {
    const text = Deno.readTextFileSync(path);
    if (/\.json$/.test(path)) JSON.parse(text);
    if (path.endsWith("tasks.json") || path.includes("/handover/")) continue;
    const secret = forbidden.find((form) => text.includes(form));
    const isName = queue.some(({ id }) => forbidden.some((form) => id.includes(form)));
    if (secret !== undefined && !isName) return `${path} holds the secret ${secret}`;
  }
  return null;
}
