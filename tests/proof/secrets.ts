/**
 * Plants secrets in every input there is, lets a day of work happen, and looks for them in every
 * byte that was written, sent, printed or shown to the list of processes.
 *
 * @module
 */
import { join } from "@std/path";
import { execTask, filesBelow, type Repository, withRepository } from "../e2e/harness.ts";
import { accepting, type Receiver, withReceiver } from "../unit/sinks/test_receiver.ts";
import { Choices } from "./random.ts";

/** What came of it. */
export interface SecretsReport {
  /** Places that a secret was planted in. */
  planted: number;
  /** Bytes that were searched, and requests and calls among them. */
  bytes: number;
  /** Secrets that were taken out of them. */
  redacted: number;
  requests: number;
  calls: number;
  faults: string[];
}

/** Secrets, each with the place that it comes from. */
type Marks = ReturnType<typeof marksOf>;

/** Secrets that a seed decides. */
function marksOf(seed: number) {
  const choices = new Choices(seed);
  const letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const some = (length: number) =>
    Array.from({ length }, () => letters[choices.below(letters.length)]).join("");
  const token = some(24);
  return {
    environment: `env/${some(14)}+=?&${some(6)}`,
    lines: `first-${some(12)}\nsecond-${some(14)}`,
    config: `cfg-${some(20)}`,
    signs: `q"${some(6)}/<${some(6)}>&'${some(6)}%+ä\\${some(6)}`,
    ownVariable: `own-${some(18)}`,
    gateVariable: `gate-${some(18)}`,
    address: `https://hooks.slack.example/services/${token}`,
    // What of addresses is a secret alone.
    addressPath: `/services/${token}`,
    addressToken: token,
    addressPassword: `pw-${some(12)}`,
    github: `ghp_${some(36)}`,
    openai: `sk-proj-${some(40)}`,
    database: `postgres://app:pw-${some(18)}@db.example/x`,
  };
}

/** A secret in the forms in which it may turn up; a token that only its shape tells, as it is. */
function formsOf(secret: string): string[] {
  if (/^(?:ghp_|sk-|postgres:)/.test(secret)) return [secret];
  const bytes = new TextEncoder().encode(secret);
  const inJson = (text: string) => JSON.stringify(text).slice(1, -1);
  const inLines = (text: string, end: string) => text.replace(/.{20}(?=.)/g, `$&${end}`);
  const base64 = bytes.toBase64().replace(/=+$/, "");
  const url = base64.replaceAll("+", "-").replaceAll("/", "_");
  const entities = secret.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(
    '"',
    "&quot;",
  );
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (escape) => escape.toLowerCase()),
    ...[base64, url, inLines(base64, "\n"), inLines(url, "\r\n"), inLines(base64, "\n  ")],
    // In the middle of a longer text that was encoded as a whole.
    ...["x", "xy"].map((before) =>
      new TextEncoder().encode(`${before}${secret}`).toBase64()
        .slice(before.length + 1, Math.floor((before.length + bytes.length) * 8 / 6))
    ),
    ...[bytes.toHex(), bytes.toHex().toUpperCase(), inLines(bytes.toHex(), "\n")],
    ...[inJson(secret), inJson(inJson(secret)), inJson(inJson(inJson(secret)))],
    inJson(secret).replaceAll("/", "\\/"),
    ...[entities.replaceAll("'", "&#39;"), entities.replaceAll("'", "&#x27;")],
    // As an indented block holds its lines.
    secret.replaceAll("\n", "\n    "),
  ];
}

/** What of a form must not be read anywhere: what stands on one line, and of an address the password. */
function partsOf(form: string): string[] {
  const password = /^postgres:.*:(.*)@/.exec(form)?.[1];
  // What is left of a short secret in base64 may stand in any text.
  return (password ? [password] : form.split(/\r?\n +|\r?\n/)).filter((part) => part.length >= 12);
}

/** Shell words for a text. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Commands that print each secret in all its forms, and once cut in two by a pause. */
function tellAll(marks: Marks, choices: Choices): string[] {
  return Object.values(marks).flatMap((mark) => {
    // A password that only its address tells is not cut off from what stands before it.
    const least = 1 + (/^postgres:.*:/.exec(mark)?.[0].length ?? 0);
    const cut = least + choices.below(mark.length - least);
    return [
      ...formsOf(mark).map((form) => `printf '%s\\n' ${quoted(`says ${form} here`)}`),
      `printf %s ${quoted(`cut ${mark.slice(0, cut)}`)}; sleep 0.05; ` +
      `printf '%s\\n' ${quoted(mark.slice(cut))}`,
      `printf '%s\\n' ${quoted(`to err ${mark}`)} >&2`,
    ];
  });
}

/** Lets it all happen; a report without faults when nothing came out. */
export async function proveSecrets({ seed }: { seed: number }): Promise<SecretsReport> {
  const report: SecretsReport = {
    planted: 0,
    bytes: 0,
    redacted: 0,
    requests: 0,
    calls: 0,
    faults: [],
  };
  const marks = marksOf(seed);
  await withReceiver(
    // A server that says what it was sent, and what it knows.
    (index, { body }) =>
      index % 3 === 0
        ? new Response(`refused ${Object.values(marks).join(" ")} ${body}`, { status: 400 })
        : accepting(),
    async (receiver) => {
      await withRepository(async (repository) => {
        await tell({ repository, receiver, marks, choices: new Choices(seed), report });
      });
    },
  );
  report.planted = Object.keys(marks).length;
  report.faults = report.faults.map((fault) => `seed ${seed}: ${fault}`);
  return report;
}

interface Story {
  repository: Repository;
  receiver: Receiver;
  marks: Marks;
  choices: Choices;
  report: SecretsReport;
}

async function tell({ repository, receiver, marks, choices, report }: Story): Promise<void> {
  const all = Object.values(marks).join(" and ");
  const commands = tellAll(marks, choices);
  const says = commands.join("\n");
  await repository.commit({ "brief.md": `# Brief\n\nUse ${all}\n`, ".gitignore": ".mosaic/\n" });
  const remote = `https://x-access-token:${marks.github}@git.example/x.git`;
  await repository.git("remote", "add", "origin", remote);
  repository.writeConfig({
    macp: {
      setup: commands.slice(0, 6).join("\n"),
      webhook: {
        ...{ enabled: true, auth_token: marks.config },
        url: `${receiver.origin.replace("//", `//bot:${marks.addressPassword}@`)}/events`,
        ...{ event_filter: null, retry_count: 0 },
      },
      ntfy: { enabled: true, url: `${receiver.origin}/topic`, auth_token_env: "NTFY_ACCESS" },
      slack: { enabled: true, url: marks.address, retry_count: 0 },
      stdout: { enabled: true, format: "json" },
    },
    quality_gates: [{ command: `${says}\nexit 1`, env: { API_TOKEN: marks.gateVariable } }],
  });
  repository.writeQueue(tasksOf(marks, says, all));
  const env = {
    ...{ DEPLOY_TOKEN: marks.environment, SIGNING_KEY: marks.lines },
    DB_PASSWD: marks.signs,
    NTFY_ACCESS: marks.ownVariable,
  };
  const printed: string[] = [];
  const call = async (...args: string[]) => {
    const { code, stdout, stderr } = await repository.macp(args, { env });
    if (args[0] === "watch" && code !== 0) {
      report.faults.push(`watch exits ${code}: ${stderr.slice(-500)}`);
    }
    printed.push(`${args[0]}: ${stdout}${stderr}`);
    report.calls++;
  };
  await call("drain", "--verbose");
  await call("watch", "--once", "--json");
  for (const id of ["says", "asks", "breaks", "handed", "legacy"]) {
    for (const verb of ["show", "logs", "diff"]) await call(verb, id, "--json");
    await call("show", id);
  }
  for (const verb of ["status", "inbox", "history", "doctor", "config", "clean", "digest"]) {
    await call(verb);
    await call(verb, "--json");
  }
  await call("reply", "asks", `use ${all}`);
  await call("submit", "--task-id", "x", "--title", all, "--branch", all, "--no-such");
  await call("notify", "needs-human", "--issue", "infra#42", "--detail", all);
  await call("show", all);
  await call("drain", "--json");
  await call("watch", "--once");
  await call("redrive", "webhook");
  await search({ repository, receiver, marks, printed, report });
}

/** Tasks with the secrets in every field that holds a text, and in all that their workers do. */
function tasksOf(marks: Marks, says: string, all: string): Record<string, unknown>[] {
  const texts = {
    title: `Title ${all}`,
    description: `Described ${all}`,
    ...{ issue: `#42 ${marks.github}`, pr: marks.address, type: "coding" },
    metadata: { thread_id: marks.environment, repo: marks.config, note: { [all]: [all] } },
  };
  const report = JSON.stringify({
    ...{ summary: all, pr: marks.address, status: "escalated", escalation_reason: `Ask ${all}` },
    metadata: { [marks.config]: all, forms: Object.values(marks).flatMap(formsOf) },
  });
  return [
    execTask("says", `${says}\necho x > made`, { ...texts, max_attempts: 2 }),
    execTask("asks", `printf %s ${quoted(report)} > "$MACP_RESULT_FILE"; ${says}`, texts),
    execTask("breaks", `${says}\nexit 3`, { ...texts, result_path: `../${marks.github}` }),
    { ...execTask("handed", "", { ...texts, dispatch: "acp", brief_path: "brief.md" }) },
    { id: "legacy", status: "pending", ...texts, command: says, quality_gates: [says] },
  ];
}

/** Looks at every byte of what came out. */
async function search(
  { repository, receiver, marks, printed, report }: Omit<Story, "choices"> & { printed: string[] },
): Promise<void> {
  const forms = Object.entries(marks)
    .flatMap(([name, mark]) => formsOf(mark).flatMap(partsOf).map((form) => ({ name, form })));
  const taken = new Map<string, number>();
  const look = (where: string, text: string) => {
    report.bytes += text.length;
    const redacted = text.split("[redacted:").length - 1;
    report.redacted += redacted;
    const kind = where.replace(/^(?:logs|results)\/.*/, (path) => path.split("/")[0] ?? "");
    taken.set(kind, (taken.get(kind) ?? 0) + redacted);
    for (const { name, form } of forms) {
      const at = text.indexOf(form);
      if (at < 0) continue;
      const around = text.slice(Math.max(0, at - 100), at + form.length + 40);
      report.faults.push(`${where} holds the secret ${name}: ${JSON.stringify(around)}`);
    }
  };
  printed.forEach((text) => look(shownBy(text.slice(0, text.indexOf(":"))), text));
  for (const path of filesBelow(repository.state())) {
    const name = path.slice(repository.state().length + 1);
    // What a person wrote, and what a handed-over task is for.
    if (["tasks.json", "config.json"].includes(name) || name.startsWith("handover/")) continue;
    look(name, new TextDecoder("latin1").decode(Deno.readFileSync(path)));
  }
  for (const { body, path, headers } of receiver.received) {
    report.requests++;
    // That is what it was given for.
    const { authorization: _, ...others } = headers;
    look("a request", `${path} ${JSON.stringify(others)} ${body}`);
  }
  look("commits", await repository.git("log", "--all", "--format=%an %B", "--glob=refs/macp"));
  look("refs", await repository.git("for-each-ref", "--format=%(refname)"));
  for (const name of [...filesBelow(join(repository.path, ".mosaic"))]) look("a file's name", name);
  // Where no secret came to, none can be missed.
  const places = ["logs", "results", "events.ndjson", "a request", "commits"];
  for (const place of [...places, ...["show", "drain", "watch"].map(shownBy)]) {
    if ((taken.get(place) ?? 0) === 0) report.faults.push(`no secret came to ${place}`);
  }
}

function shownBy(verb: string): string {
  return `what is printed by ${verb}`;
}
