/**
 * Which files git changes between checkout and repository: line ends, filters, encodings.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "./git.ts";
import { withGitScratch } from "./plain_git.ts";

/** Attributes that convert (gitattributes(5)). */
const converting = ["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"];

/**
 * Paths among `paths` whose bytes git may change, in the client's checkout.
 *
 * @param without Names of filters whose files do not count.
 */
export async function convertedPaths(
  git: Git,
  paths: readonly string[],
  without: readonly string[] = [],
): Promise<string[]> {
  if (paths.length === 0) return [];
  const stdin = paths.map((path) => `${path}\0`).join("");
  const [attributes, setting] = await Promise.all([
    git.read(["check-attr", "-z", "--stdin", ...converting], { stdin }),
    git.run(["config", "--get", "core.autocrlf"]),
  ]);
  const always = !["", "false", "no", "off", "0"].includes(setting.stdout.trim().toLowerCase());
  return parseConverted(attributes, always, without);
}

/**
 * Pure reader of `git check-attr -z`: path, attribute and value, over and over.
 *
 * @param always Whether line ends are converted where no attribute speaks of text.
 * @param without Names of filters whose files do not count.
 */
export function parseConverted(
  output: string,
  always: boolean,
  without: readonly string[] = [],
): string[] {
  const fields = output.split("\0");
  const byPath = new Map<string, Map<string, string>>();
  for (let i = 0; i + 2 < fields.length; i += 3) {
    const [path = "", name = "", value = ""] = fields.slice(i, i + 3);
    const values = byPath.get(path) ?? new Map<string, string>();
    byPath.set(path, values.set(name, value));
  }
  return [...byPath].filter(([, values]) =>
    isConverted(values, always) && !without.includes(values.get("filter") ?? "")
  ).map(([path]) => path);
}

/**
 * Whether git may convert files of the client's checkout at all. Files tell, so that git need
 * not be asked where nothing is set, which is usual.
 *
 * @param tracked Paths that git tracks, separated by NUL, each perhaps behind other fields.
 */
export function mayConvert({ world: { env, files } }: Git, repository: string, tracked: string) {
  if (/(?:^|[\0/ ])\.gitattributes\0/.test(tracked)) return true;
  const home = env.HOME ?? "";
  const own = env.XDG_CONFIG_HOME || `${home}/.config`;
  const system = ["", "/usr/local", "/opt/homebrew"].map((prefix) => `${prefix}/etc/gitconfig`);
  const textOf = (path: string) =>
    files.stat(path)?.kind === "file" ? files.readText(path).trim() : "";
  const settings = [
    `${repository}/.git/config`,
    `${repository}/.git/config.worktree`,
    env.GIT_CONFIG_GLOBAL ?? "",
    `${home}/.gitconfig`,
    `${own}/git/config`,
    ...(env.GIT_CONFIG_NOSYSTEM ? [] : [env.GIT_CONFIG_SYSTEM ?? "", ...system]),
  ];
  const attributes = [
    `${repository}/.git/info/attributes`,
    `${own}/git/attributes`,
    "/etc/gitattributes",
  ];
  return settings.some((path) =>
    /autocrlf|attributesfile|worktreeconfig|\[\s*include/i.test(textOf(path))
  ) ||
    attributes.some((path) => textOf(path) !== "");
}

/**
 * Files that were committed and whose bytes a checkout of the commit would not give back.
 * Those that git LFS keeps are held elsewhere.
 *
 * @param paths Files that are unchanged since their commit.
 */
export async function unlikeCheckout(git: Git, paths: readonly string[]): Promise<string[]> {
  const converted = await convertedPaths(git, paths, ["lfs"]);
  const { files } = git.world;
  const present = converted.filter((path) => files.lstat(join(git.cwd, path))?.kind === "file");
  if (present.length === 0) return [];
  return await withGitScratch(git, async ({ folder }) => {
    const place = join(folder, "checkout");
    const stdin = present.map((path) => `${path}\0`).join("");
    // What it cannot write is taken for different.
    await git.run(["checkout-index", "--quiet", `--prefix=${place}/`, "-z", "--stdin"], { stdin });
    return present.filter((path) => !isSame(git, join(git.cwd, path), join(place, path)));
  });
}

function isSame({ world: { files } }: Git, path: string, other: string): boolean {
  const [a, b] = [files.lstat(path), files.lstat(other)];
  if (a?.kind !== "file" || b?.kind !== "file" || a.size !== b.size) return false;
  const [bytes, others] = [files.readBytes(path), files.readBytes(other)];
  return bytes.every((byte, i) => byte === others[i]);
}

function isConverted(values: ReadonlyMap<string, string>, always: boolean): boolean {
  const valueOf = (name: string) => values.get(name) ?? "unspecified";
  const isSet = (name: string) => !["unspecified", "unset"].includes(valueOf(name));
  const text = valueOf("text") === "unspecified" ? valueOf("crlf") : valueOf("text");
  if (text !== "unset" && (always || isSet("text") || isSet("crlf") || isSet("eol"))) return true;
  return ["ident", "filter", "working-tree-encoding"].some(isSet);
}
