/**
 * `macp init`
 *
 * @module
 */
import { parse as parseJsonc } from "@std/jsonc";
import { join } from "@std/path";
import { isRecord } from "../../protocol/events.ts";
import { MacpError } from "../../protocol/errors.ts";
import { atomicWrite } from "../../store/atomic_write.ts";
import { storePaths } from "../../store/paths.ts";
import { readText } from "../../store/read_json.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { repositoryTemplate } from "../templates.ts";

/** Creates what is missing; arms the configuration when asked to. */
export async function run(invocation: Invocation): Promise<number> {
  const { world, output, args } = invocation;
  const { files } = world;
  const paths = storePaths((await invocation.located()).git.cwd);
  const enable = args.flag("enable");
  const planned = Object.entries(repositoryTemplate).flatMap(([name, text]) => {
    const path = join(paths.folder, name);
    if (files.lstat(path) !== null) return [];
    return [{ path, text: name === "config.json" && enable ? armed(text, path) : text }];
  });
  const config = files.lstat(paths.config) === null ? null : readText(files, paths.config);
  const armedConfig = config !== null && enable ? armed(config, paths.config) : config;
  if (config !== null && armedConfig !== null && armedConfig !== config) {
    planned.push({ path: paths.config, text: armedConfig });
  }
  if (!args.flag("dry-run")) {
    files.makeFolder(paths.folder, 0o755);
    for (const { path, text } of planned) {
      atomicWrite(world, path, text, { followLink: true, mode: files.stat(path)?.mode ?? 0o644 });
    }
  }
  const written = planned.map(({ path }) => path);
  if (output.options.json) {
    output.json({ repository: paths.repository, written, enabled: enable || isEnabled(config) });
    return exitCodes.done;
  }
  const verb = args.flag("dry-run") ? "would write" : "wrote";
  for (const path of written) output.note(`${verb} ${path}`);
  if (written.length === 0) output.note(`${paths.folder} is complete already`);
  const next = enable || isEnabled(config)
    ? 'macp submit --task-id TASK-1 --title "…" --command "…"'
    : "macp init --enable";
  output.note(`next: ${next}`);
  return exitCodes.done;
}

function isEnabled(config: string | null): boolean {
  if (config === null) return false;
  try {
    const value = parseJsonc(config);
    return isRecord(value) && value.enabled === true;
  } catch {
    return false;
  }
}

/** The configuration with `enabled: true`; comments and everything else stay. */
function armed(config: string, path: string): string {
  if (isEnabled(config)) return config;
  const text = config.replace(/("enabled"\s*:\s*)false/, "$1true");
  if (isEnabled(text)) return text;
  throw new MacpError("usage", `Cannot enable ${path} as it has no line "enabled": false`, {
    code: "config_not_armable",
    hints: ['Set "enabled": true in it yourself'],
  });
}
