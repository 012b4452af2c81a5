/**
 * Where everything lies below `.mosaic/orchestrator/`.
 *
 * @module
 */
import { join } from "@std/path";

/** Folder of the state, relative to the repository. */
export const orchestratorFolder = ".mosaic/orchestrator";

/** Paths of one repository's files. */
export interface StorePaths {
  /** Main checkout of the repository. */
  repository: string;
  /** `.mosaic/orchestrator`. */
  folder: string;
  config: string;
  queue: string;
  queueLock: string;
  runLock: string;
  gitLock: string;
  state: string;
  events: string;
  cursor: string;
  deadLetters: string;
  /** Locks of the sinks, and what tells that nothing is new for them. */
  sinks: string;
  logs: string;
  attempts: string;
  handovers: string;
  baselines: string;
}

/** Paths below the repository's main checkout. */
export function storePaths(repository: string): StorePaths {
  const folder = join(repository, orchestratorFolder);
  return {
    repository,
    folder,
    config: join(folder, "config.json"),
    queue: join(folder, "tasks.json"),
    queueLock: join(folder, "tasks.lock"),
    runLock: join(folder, "run.lock"),
    gitLock: join(folder, "git.lock"),
    state: join(folder, "state.json"),
    events: join(folder, "events.ndjson"),
    cursor: join(folder, "event_cursor.json"),
    deadLetters: join(folder, "dead_letter"),
    sinks: join(folder, "sinks"),
    logs: join(folder, "logs"),
    attempts: join(folder, "attempts"),
    handovers: join(folder, "handover"),
    baselines: join(folder, "baselines"),
  };
}

/** The user's configuration file (XDG Base Directory), or null without a home. */
export function userConfigPath(env: Readonly<Record<string, string>>): string | null {
  const folder = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, ".config") : null);
  return folder === null ? null : join(folder, "macp", "config.json");
}
