/**
 * What every part of the controller needs, composed once by the command line.
 *
 * @module
 */
import type { Git } from "../git/git.ts";
import type { TaskEvent } from "../protocol/generated/types.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Store } from "../store/store.ts";
import type { World } from "../sys/world.ts";

/** What the controller works with. */
export interface ControllerContext {
  world: World;
  store: Store;
  /** Git in the main checkout. */
  git: Git;
  settings: Settings;
  /** Environment variables that workers do not get: macp's own secrets. */
  ownSecrets: readonly string[];
  redactor: Redactor;
  /** Called for each event after it was appended. */
  onEvent: (event: TaskEvent) => void;
  /** Called with a line for a person. */
  onNote: (text: string) => void;
}
