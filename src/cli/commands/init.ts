/**
 * `macp init`
 *
 * @module
 */
import { parse as parseJsonc } from "@std/jsonc";
import { join } from "@std/path";
import { isRecord } from "../../protocol/events.ts";
import { worktreePlace } from "../../dispatcher/worktree_place.ts";
import type { Git } from "../../git/git.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import { atomicWrite } from "../../store/atomic_write.ts";
import { loadSettings } from "../../store/load_settings.ts";
import { type StorePaths, storePaths } from "../../store/paths.ts";
import { readText } from "../../store/read_json.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { repositoryTemplate } from "../templates.ts";

/** Creates what is missing; arms the configuration when asked to. */
export async function run(invocation: Invocation): Promise<number> {
  const { world, output, args } = invocation;
  const { files } = world;
  const { git, hasCommit } = await invocation.located();
  const paths = storePaths(git.cwd);
  const enable = args.flag("enable");
  const templates = { ...repositoryTemplate };
  if (files.lstat(paths.config) === null) {
    templates["config.json"] = withBase(templates["config.json"] ?? "", await localBase(git));
  }
  const planned = Object.entries(templates).flatMap(([name, text]) => {
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
  tellWritten(invocation, paths, written);
  if (!args.flag("dry-run")) tellPlace(invocation, git, paths);
  if (written.length > 0) {
    output.note("to commit: .gitignore and config.json; not tasks.json, which checkouts change");
  }
  if (!hasCommit) {
    output.note("the repository has no commit yet: git commit --allow-empty -m start");
  }
  output.note(`next: ${enable || isEnabled(config) ? firstTask : "macp init --enable"}`);
  return exitCodes.done;
}

function tellWritten(
  { args, output }: Invocation,
  { folder }: StorePaths,
  written: readonly string[],
): void {
  const verb = args.flag("dry-run") ? "would write" : "wrote";
  for (const path of written) output.note(`${verb} ${path}`);
  if (written.length === 0) output.note(`${folder} is complete already`);
}

/** A task to begin with, as it is typed. */
const firstTask = 'macp submit --task-id TASK-1 --title "Say hello" \\\n' +
  '        --command "echo hello > hello.txt" --gate "test -s hello.txt"';

/** Where worktrees and branches will be; nothing where the settings cannot be read. */
function tellPlace({ world, output }: Invocation, git: Git, { config }: StorePaths): void {
  try {
    const { settings: { macp } } = loadSettings(world, config, []);
    const { base } = worktreePlace({
      repository: git.cwd,
      base: macp.worktree_base,
      worktree: undefined,
      slug: "",
      home: world.env.HOME,
    });
    output.note(`worktrees go to ${base}, from ${macp.base_ref}`);
  } catch (error) {
    output.warn(messageOf(error));
  }
}

/** The branch that tasks start from where there is no remote; null to leave the default. */
async function localBase(git: Git): Promise<string | null> {
  if ((await git.read(["remote"])).trim() !== "") return null;
  const { code, stdout } = await git.run(["symbolic-ref", "--quiet", "--short", "HEAD"]);
  return code === 0 ? stdout.trim() : null;
}

function withBase(config: string, base: string | null): string {
  if (base === null) return config;
  return config.replace(/("base_ref": )"[^"]*"/, (_, key) => `${key}${JSON.stringify(base)}`);
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
