/**
 * Installs the gateway that tests/gateway talks to, with the Node that it needs, by npm
 * into a folder outside the project and the home folder.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { root, type Run, run } from "./run.ts";

/** Versions that are installed. */
export const versions = { node: "24", openclaw: "2026.9.6" } as const;

/** Why nothing could be installed. */
export interface NotInstalled {
  reason: string;
  /** Whether the machine has no network: the registry's name cannot even be looked up. */
  offline: boolean;
}

/** Longest time for one call of npm, in milliseconds. */
const npmMs = 600_000;

/** Marks a folder as one of these installations, and keeps other runs out. */
const lockName = "macp-gateway.lock";

/** Written last: the installation is whole. */
const stampName = "macp-gateway.json";

/**
 * Folder of the installation: `MACP_GATEWAY_DIR`, else one of the system's temporary
 * folder that is named by user and versions.
 */
export function installFolder(env: Readonly<Record<string, string>>, uid: number | null): string {
  const { node, openclaw } = versions;
  const name = `macp-gateway-${uid ?? "user"}-openclaw-${openclaw}-node-${node}`;
  return resolve(env.MACP_GATEWAY_DIR || join(env.TMPDIR || "/tmp", name));
}

/**
 * Installs the gateway, or finds it whole. Runs that do so at the same time wait for each
 * other.
 *
 * @returns Null when it is there; else why it is not.
 * @throws Error when the folder is not one to install into.
 */
export async function installGateway(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<NotInstalled | null> {
  checkPlace(folder);
  Deno.mkdirSync(folder, { recursive: true, mode: 0o700 });
  checkFolder(folder);
  using lock = Deno.openSync(join(folder, lockName), { write: true, create: true, mode: 0o600 });
  await lock.lock(true);
  if (isWhole(folder)) return null;
  clear(folder);
  const failed = await install(folder, npmEnvironment(env, folder));
  remove(join(folder, "npm-cache"));
  if (failed !== null) return failed;
  Deno.writeTextFileSync(join(folder, stampName), stamp());
  return null;
}

/** What npm and other tools leave there. */
const ownNames = ["node_modules", "package.json", "package-lock.json", "npm-cache", stampName];

function refusal(folder: string, why: string): Error {
  return new Error(`Cannot install a gateway as ${why}: ${folder}`);
}

function checkPlace(folder: string): void {
  if (`${folder}/`.startsWith(`${root}/`)) throw refusal(folder, "the folder is in the project");
}

/**
 * What is installed there gets run: nobody else may write there, and what is there already
 * must come from here, as it may be removed.
 */
function checkFolder(folder: string): void {
  const { isDirectory, uid, mode } = Deno.lstatSync(folder);
  const refused = (why: string) => refusal(folder, why);
  if (!isDirectory) throw refused("this is not a folder");
  if (uid !== null && uid !== Deno.uid()) throw refused("the folder belongs to somebody else");
  if (((mode ?? 0) & 0o002) !== 0) throw refused("others may write to the folder");
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name);
  if (names.length > 0 && !names.includes(lockName)) {
    throw refused("the folder holds other things");
  }
}

function isWhole(folder: string): boolean {
  try {
    return Deno.readTextFileSync(join(folder, stampName)) === stamp();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function stamp(): string {
  return `${JSON.stringify({ ...versions, platform: Deno.build.target })}\n`;
}

/** Removes what an installation that was cut short left. */
function clear(folder: string): void {
  for (const name of ownNames) remove(join(folder, name));
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Environment of npm: the caller's, without what an npm around this one says of its own
 * project, and with a cache that goes away.
 */
export function npmEnvironment(
  env: Readonly<Record<string, string>>,
  folder: string,
): Record<string, string> {
  const foreign =
    /^(INIT_CWD|npm_(package|lifecycle)_.*|npm_command|npm_config_(.*prefix|global.*|cache|omit|dry_run))$/i;
  const kept = Object.entries(env).filter(([name]) => !foreign.test(name));
  return {
    ...Object.fromEntries(kept),
    npm_config_cache: join(folder, "npm-cache"),
    npm_config_update_notifier: "false",
    npm_config_ignore_scripts: "false",
    npm_config_package_lock: "false",
    npm_config_audit: "false",
    npm_config_fund: "false",
  };
}

/** Path of the Node that was installed. */
export function nodePath(folder: string): string {
  return join(folder, "node_modules", "node", "bin", "node");
}

async function install(folder: string, env: Record<string, string>): Promise<NotInstalled | null> {
  Deno.writeTextFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const npm = (...args: string[]) =>
    run("npm", [...args, "--prefix", folder], {
      ...{ cwd: folder, env, clearEnv: true, quiet: true, timeoutMs: npmMs },
    });
  // A look first, as an installation without a network tries for minutes.
  const retries = ["--fetch-retries=2", "--fetch-retry-factor=2", "--fetch-retry-mintimeout=1000"];
  const seen = await npm("view", `openclaw@${versions.openclaw}`, "version", ...retries);
  if (!seen.success) return whyNot(seen);
  const node = await npm("install", `node@${versions.node}`);
  if (!node.success) return whyNot(node);
  // Its installation runs programs that need the Node above.
  env.PATH = `${join(nodePath(folder), "..")}:${env.PATH ?? "/usr/bin:/bin"}`;
  const gateway = await npm("install", "--save-exact", `openclaw@${versions.openclaw}`);
  if (!gateway.success) return whyNot(gateway);
  return await tryNode(folder);
}

/** Where npm runs no programs of packages, Node is missing. */
async function tryNode(folder: string): Promise<NotInstalled | null> {
  const started = await run(nodePath(folder), ["--version"], { quiet: true, timeoutMs: 30_000 });
  if (started.stdout.startsWith(`v${versions.node}.`)) return null;
  const said = (started.stdout + started.stderr).trim();
  return { reason: `the Node that was installed does not start: ${said}`, offline: false };
}

/** Why npm failed, from what it printed. */
export function whyNot({ code, stderr }: Pick<Run, "code" | "stderr">): NotInstalled {
  if (code === 127) return { reason: "npm cannot be run", offline: false };
  const said = stderr.split("\n").map((line) => /^npm (?:error|ERR!) (.*)/.exec(line)?.[1] ?? "")
    .filter((line) => line !== "" && !line.startsWith("A complete log"));
  const fault = /^code (\S+)/.exec(said[0] ?? "")?.[1] ?? "";
  if (["ENOTFOUND", "EAI_AGAIN", "ENETUNREACH"].includes(fault)) {
    return { reason: `there is no network (${fault})`, offline: true };
  }
  const reason = said.length > 0 ? said.slice(0, 4).join("; ") : `exit code ${code}`;
  return { reason: `npm failed: ${reason}`, offline: false };
}
