/**
 * Where delegations keep their files.
 *
 * @module
 */
import { isAbsolute, join, resolve } from "@std/path";
import { MacpError } from "../protocol/errors.ts";
import type { Settings } from "../protocol/settings.ts";

/** Absolute paths of the folders and files of delegations. */
export interface DelegationPlaces {
  /** Folder of the answers. */
  handoffs: string;
  /** Folder of the logs. */
  logs: string;
  /** Registry of agents, or null. */
  registry: string | null;
}

/**
 * The places that the settings name: from the repository, `~` is the home. Throws
 * `MacpError` of kind usage for `~` where there is no home.
 */
export function delegationPlaces(
  settings: Pick<Settings["delegate"], "handoff_dir" | "log_dir" | "registry">,
  { repository, home }: { repository: string; home: string | undefined },
): DelegationPlaces {
  const expand = (path: string, key: string) => {
    if (path === "~" || path.startsWith("~/")) {
      if (home) return join(home, path.slice(1));
      throw new MacpError("usage", `Cannot use delegate.${key} as there is no home: ${path}`, {
        code: "no_home",
        hints: ["Set HOME, or give an absolute path"],
      });
    }
    return isAbsolute(path) ? path : resolve(repository, path);
  };
  return {
    handoffs: expand(settings.handoff_dir, "handoff_dir"),
    logs: expand(settings.log_dir, "log_dir"),
    registry: settings.registry === null ? null : expand(settings.registry, "registry"),
  };
}
