/**
 * What most commands start with: the repository, its settings and its store.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import { MacpError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { nearest, nearestHint } from "../protocol/nearest.ts";
import { parseJsonText } from "../protocol/parse_json.ts";
import { settingAt, settingPaths, type SettingsLayer } from "../protocol/settings.ts";
import { redactEvent } from "../redaction/redact_formats.ts";
import { createRedactor, type Redactor } from "../redaction/redactor.ts";
import { gateSecrets } from "../redaction/gate_secrets.ts";
import { collectSecrets } from "../redaction/collect_secrets.ts";
import { type LoadedSettings, loadSettings } from "../store/load_settings.ts";
import { type StorePaths, storePaths } from "../store/paths.ts";
import type { Queue } from "../store/queue.ts";
import { Store } from "../store/store.ts";
import type { Invocation } from "./command.ts";
import { usageError } from "./parse_arguments.ts";

/** An open repository. */
export interface OpenRepository extends LoadedSettings {
  git: Git;
  /** Whether the repository has a commit. */
  hasCommit: boolean;
  paths: StorePaths;
  store: Store;
  redactor: Redactor;
}

/** Opens a repository that `macp init` prepared. Throws `MacpError`. */
export async function openRepository(invocation: Invocation): Promise<OpenRepository> {
  const { world, output } = invocation;
  const { git: unlocked, hasCommit } = await invocation.located();
  const paths = storePaths(unlocked.cwd);
  const git = unlocked.withLock(paths.gitLock);
  if (world.files.stat(paths.folder)?.kind !== "folder") {
    throw new MacpError(
      "usage",
      `Cannot find .mosaic/orchestrator as it was not made yet: ${git.cwd}`,
      {
        code: "not_initialized",
        hints: ["Make it with: macp init --enable"],
      },
    );
  }
  const loaded = loadSettings(world, paths.config, flagLayers(invocation));
  for (const { file, key } of loaded.unknown) {
    const near = nearest(key.path.split(".").at(-1) ?? "", key.known);
    output.warn(
      `${file}: unknown key ${key.path} has no effect${near ? `; did you mean ${near}?` : ""}`,
    );
  }
  const secrets = [
    ...collectSecrets({
      env: world.env,
      names: [...loaded.settings.macp.secrets, ...loaded.ownSecrets],
    }),
    ...loaded.literals.map(({ path, value }) => ({ name: path, value: value.trim() })),
    ...loaded.gateSecrets,
  ];
  for (const { file, path, isLocal } of loaded.literals) {
    if (file === null || isLocal) continue;
    const { code } = await git.run(["ls-files", "--error-unmatch", "--", file]);
    if (code === 0) {
      output.warn(`${file}: git tracks the secret ${path}; name a variable with ${path}_env`);
    }
  }
  const redactor = createRedactor(secrets);
  output.options.redaction.text = (text) => redactor.text(text);
  const learn = ({ tasks }: Queue) =>
    redactor.learn(tasks.flatMap((raw) => isRecord(raw) ? gateSecrets(raw.quality_gates) : []));
  const store = new Store(world, paths, (event) => redactEvent(redactor, event), learn);
  return { ...loaded, git, hasCommit, paths, store, redactor };
}

/** Settings given by `--set key=value`; the value is JSON where it parses as such. */
function flagLayers({ args }: Invocation): SettingsLayer[] {
  return args.list("set").map((entry) => {
    const [, key = "", value = ""] = /^([^=]+)=(.*)$/s.exec(entry) ?? [];
    if (key === "") throw usageError(`Cannot use --set as it is not KEY=VALUE: ${entry}`);
    const known = settingPaths();
    if (!known.includes(key)) {
      throw usageError(`Cannot set ${key} as there is no such setting`, [
        ...nearestHint(key, known),
        "macp config lists all settings",
      ]);
    }
    return { origin: `--set ${key}`, values: settingAt(key, parseValue(value)) };
  });
}

function parseValue(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch {
    return text;
  }
}

/** The task with this id. Throws `MacpError` of kind usage with the nearest id. */
export function requireTask(store: Store, id: string): unknown {
  const queue = store.readQueue();
  const raw = queue.find(id);
  if (raw !== undefined) return raw;
  throw new MacpError("usage", `Cannot find task ${id} as the queue has none of that id`, {
    code: "unknown_task",
    hints: [...nearestHint(id, queue.ids()), "macp status lists the queue"],
  });
}
