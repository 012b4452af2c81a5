/**
 * Where the files of a case stand.
 *
 * @module
 */
/** The folder of the state, below the repository. */
export const state = ".mosaic/orchestrator";
/** Files of a case, by their path below the repository. */
export const names = {
  queue: `${state}/tasks.json`,
  config: `${state}/config.json`,
  ledger: `${state}/state.json`,
  events: `${state}/events.ndjson`,
  cursor: `${state}/event_cursor.json`,
  table: "docs/TASKS.md",
  brief: "docs/brief.md",
} as const;
