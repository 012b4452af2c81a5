/**
 * Answers a shell that asks how a word may go on. It reads the queue, and settings where
 * they matter; it starts no program and writes nothing.
 *
 * Each line is a word, a tab, and what the word is; the last line begins with a colon and
 * says what else the shell does: `:words` nothing, `:open` no space after the word,
 * `:files` and `:folders` offer these, below what is typed.
 *
 * @module
 */
import { resolve } from "@std/path";
import { isRecord } from "../../protocol/events.ts";
import { oneLine } from "../../protocol/text.ts";
import { readText } from "../../store/read_json.ts";
import { storePaths } from "../../store/paths.ts";
import type { Terminal } from "../../sys/terminal.ts";
import type { World } from "../../sys/world.ts";
import type { Completion, OptionSpec } from "../command.ts";
import type { Redaction } from "../output.ts";
import { findRoot } from "./find_root.ts";
import { commandWords, type Plan, planCompletion } from "./plan.ts";
import { type Candidate, taskCandidates } from "./task_candidates.ts";

/** Where a shell asks. */
export interface Asked {
  world: World;
  terminal: Terminal;
  redaction: Redaction;
}

/** What the shell is told; a repository that cannot be read has nothing to offer. */
export async function answerShell(asked: Asked, words: readonly string[]): Promise<string> {
  const plan = planCompletion(words);
  const { value } = plan;
  const kind = value?.completes?.kind;
  if (kind === "files" || kind === "folders") return `:${kind}\n`;
  const found = value?.completes
    ? await candidatesOf(asked, value.completes, { ...plan, typed: value.typed }).catch(() => [])
    : plan.options.map(optionCandidate);
  const fitting = found.filter(({ word }) => word.startsWith(value?.typed ?? plan.word));
  const lines = fitting.map(({ word, about }) =>
    lineOf(asked, (value?.before ?? "") + word, about)
  );
  const isOpen = kind === "assignments";
  return [...lines.filter((line) => line !== null), isOpen ? ":open" : ":words", ""].join("\n");
}

/** A line of the answer; null for a word that holds a secret. */
function lineOf({ redaction }: Asked, word: string, about: string): string | null {
  if (redaction.text(word) !== word || oneLine(word) !== word) return null;
  return `${word}\t${oneLine(redaction.text(about))}`;
}

function optionCandidate({ name, help }: OptionSpec): Candidate {
  return { word: `--${name}`, about: help };
}

async function candidatesOf(
  asked: Asked,
  completes: Completion,
  plan: Plan & { typed: string },
): Promise<Candidate[]> {
  switch (completes.kind) {
    case "words":
      return completes.words.map((word) => ({ word, about: "" }));
    case "commands":
      return commandWords.map(([word, about]) => ({ word, about }));
    case "topics": {
      const { topics } = await import("../help/topics.ts");
      const others = topics.map(({ name, summary }) => ({ word: name, about: summary }));
      return [...commandWords.map(([word, about]) => ({ word, about })), ...others];
    }
    case "tasks":
      return await tasksOf(asked, plan, completes.statuses);
    case "sinks": {
      const { sinkNames } = await import("../../sinks/sink_settings.ts");
      return sinkNames.map((word) => ({ word, about: "" }));
    }
    case "events": {
      const { default: schema } = await import("../../../schemas/event.schema.json", {
        with: { type: "json" },
      });
      return schema.properties.event_type.enum.map((word) => ({ word, about: "" }));
    }
    case "settings":
    case "assignments": {
      const { settingPaths } = await import("../../protocol/settings.ts");
      const end = completes.kind === "assignments" ? "=" : "";
      return settingPaths().map((path) => ({ word: path + end, about: "" }));
    }
    case "runtimes":
    case "agents":
      return await namesOf(asked, plan, completes.kind);
    default:
      return [];
  }
}

/** Tasks of the repository, their titles redacted as everywhere. */
async function tasksOf(
  asked: Asked,
  plan: Plan & { typed: string },
  statuses: Parameters<typeof taskCandidates>[1]["statuses"],
): Promise<Candidate[]> {
  const paths = pathsOf(asked, plan);
  const text = paths && readText(asked.world.files, paths.queue);
  if (!paths || text === null) return [];
  const { Queue } = await import("../../store/queue.ts");
  const { tasks } = Queue.parse(text, paths.queue);
  const candidates = taskCandidates(tasks, { typed: plan.typed, statuses });
  await learnSecrets(asked, plan, tasks);
  return candidates;
}

/** Makes the redaction know the secrets of the settings and of the tasks' gates. */
async function learnSecrets(asked: Asked, plan: Plan, tasks: readonly unknown[]): Promise<void> {
  const { gateSecrets } = await import("../../redaction/gate_secrets.ts");
  const { collectSecrets } = await import("../../redaction/collect_secrets.ts");
  const { createRedactor } = await import("../../redaction/redactor.ts");
  const loaded = await settingsOf(asked, plan);
  const names = [...loaded.settings.macp.secrets, ...loaded.ownSecrets];
  const redactor = createRedactor([
    ...collectSecrets({ env: asked.world.env, names }),
    ...loaded.literals.map(({ path, value }) => ({ name: path, value })),
    ...loaded.gateSecrets,
    ...tasks.flatMap((task) => isRecord(task) ? gateSecrets(task.quality_gates) : []),
  ]);
  asked.redaction.text = (text) => redactor.text(text);
}

async function namesOf(
  asked: Asked,
  plan: Plan,
  kind: "runtimes" | "agents",
): Promise<Candidate[]> {
  const { settings } = await settingsOf(asked, plan);
  if (kind === "agents") return Object.keys(settings.delegate.agents).map(named("agent"));
  const { builtInRuntimes } = await import("../../runtimes/runtime_table.ts");
  const own = Object.keys(settings.macp.runtimes);
  const others = builtInRuntimes.filter((name) => !own.includes(name));
  return [...own.map(named("of the settings")), ...others.map(named("built in"))];
}

function named(about: string): (word: string) => Candidate {
  return (word) => ({ word, about });
}

async function settingsOf(asked: Asked, plan: Plan) {
  const { loadSettings } = await import("../../store/load_settings.ts");
  return loadSettings(asked.world, pathsOf(asked, plan)?.config ?? "/dev/null/none", []);
}

function pathsOf({ world, terminal }: Asked, { repository }: Plan) {
  const named = (repository ?? ".").replace(/^~(?=\/|$)/, world.env.HOME ?? "~");
  const root = findRoot(world.files, resolve(terminal.folder, named));
  return root === null ? null : storePaths(root);
}
