/**
 * Where the user's settings stand.
 *
 * @module
 */
import { join } from "@std/path";

/** The user's configuration file (XDG Base Directory), or null without a home. */
export function userConfigPath(env: Readonly<Record<string, string>>): string | null {
  const folder = env.XDG_CONFIG_HOME || (env.HOME ? join(env.HOME, ".config") : null);
  return folder === null ? null : join(folder, "macp", "config.json");
}
