/**
 * The programs that macp calls: git, script(1), agents.
 *
 * @module
 */
import { join } from "@std/path";
import type { Git } from "../../git/git.ts";
import { type Answer, askProgram } from "../../process/ask_program.ts";
import { messageOf } from "../../protocol/errors.ts";
import type { Settings } from "../../protocol/settings.ts";
import { oneLine } from "../../protocol/text.ts";
import { builtInRuntimes, resolveRuntime } from "../../runtimes/runtime_table.ts";
import type { World } from "../../sys/world.ts";
import { type Finding, found } from "./finding.ts";

/** Milliseconds that a program has to tell its version. */
const versionMs = 10_000;
/** The oldest git that knows `rev-parse --path-format`. */
const oldestGit = [2, 31] as const;

/** Git, and whether it is new enough. */
export async function checkGit(git: Git): Promise<Finding> {
  const { stdout } = await git.run(["--version"]);
  const version = /(?<!\d)(\d+)\.(\d+)[.\w]*/.exec(stdout);
  if (!version) return found.warn("git", `git does not tell its version: ${oneLine(stdout, 80)}`);
  const [, major, minor] = version.map(Number);
  const [least, leastMinor] = oldestGit;
  const old = (major ?? 0) < least || (major === least && (minor ?? 0) < leastMinor);
  if (!old) return found.ok("git", `git ${version[0]}`);
  return found.fail(
    "git",
    `git ${version[0]} is too old`,
    `Install git ${oldestGit.join(".")} or newer`,
  );
}

/** Whether a terminal can be made for `mosaic yolo`. */
export async function checkTerminal(world: World): Promise<Finding> {
  const ask = (args: string[]) =>
    askProgram(world, {
      command: "script",
      args,
      env: { ...world.env, SHELL: "/bin/sh" },
      timeoutMs: versionMs,
    });
  const version = await ask(["--version"]);
  const missing = "yolo tasks without an entry in macp.runtimes need script(1)";
  if (version === null) {
    return found.warn("pty", missing, "Install util-linux, or set macp.runtimes");
  }
  const linux = version.stdout.includes("util-linux");
  const tried = await ask(
    linux
      ? ["-qefc", "test -t 1 && exit 7", "/dev/null"]
      : ["-q", "/dev/null", "/bin/sh", "-c", "test -t 1 && exit 7"],
  );
  if (tried?.code === 7) {
    return found.ok("pty", "script(1) makes terminals and passes exit codes on");
  }
  return found.warn(
    "pty",
    `script(1) ended with ${tried?.code} where 7 was expected`,
    "yolo tasks may fail",
  );
}

/** Every runtime that the settings or the built-in table name, and mosaic. */
export async function checkRuntimes(world: World, settings: Settings): Promise<Finding[]> {
  const table = settings.macp.runtimes;
  const names = new Set([
    ...builtInRuntimes,
    ...Object.keys(table),
    settings.worker.runtime || settings.macp.default_runtime,
  ]);
  return await Promise.all([
    checkMosaic(world),
    ...[...names].map((name) => checkRuntime(world, name, table)),
  ]);
}

async function checkMosaic(world: World): Promise<Finding> {
  const own = world.env.HOME ? `${join(world.env.HOME, ".config/mosaic/bin")}:` : "";
  const env = { ...world.env, PATH: `${own}${world.env.PATH ?? ""}` };
  const answer = await askProgram(world, {
    command: "mosaic",
    args: ["--version"],
    env,
    timeoutMs: versionMs,
  });
  if (answer !== null) return found.ok("runtime.mosaic", `mosaic ${versionIn(answer)}`);
  return found.warn(
    "runtime.mosaic",
    "mosaic is not on the PATH: yolo needs it for runtimes without an entry in macp.runtimes",
    'Install it, or run agents without it: "runtimes": { "claude": {} }',
  );
}

async function checkRuntime(
  world: World,
  name: string,
  table: Settings["macp"]["runtimes"],
): Promise<Finding> {
  const check = `runtime.${name}`;
  try {
    const { command } = resolveRuntime(name, table);
    const program = command === null ? name : programOf(command);
    if (program === null) return found.ok(check, `${name} runs: ${oneLine(command ?? "", 80)}`);
    const answer = await askProgram(world, {
      command: program,
      args: ["--version"],
      env: { ...world.env },
      timeoutMs: versionMs,
    });
    const how = command === null ? "by mosaic yolo" : "without a terminal";
    if (answer !== null) return found.ok(check, `${name} ${versionIn(answer)}, run ${how}`);
    if (command === null) return found.ok(check, `${name} is not installed; no setting needs it`);
    return found.fail(
      check,
      `${name} cannot run as ${program} is not on the PATH`,
      "Install it, or mend macp.runtimes",
    );
  } catch (error) {
    return found.fail(check, messageOf(error));
  }
}

/** First word of a command when it is a plain name or path; null for anything else. */
export function programOf(command: string): string | null {
  const word = /^\s*([A-Za-z0-9_./+-]+)(?:\s|$)/.exec(command)?.[1];
  return word === undefined || command.includes("\n") ? null : word;
}

/** A version in what a program tells of itself, or words that there is none. */
export function versionIn({ stdout, stderr, timedOut }: Answer): string {
  if (timedOut) return "(does not tell its version)";
  return /(?<!\d)\d+(?:\.\d+)+[-.\w]*/.exec(stdout || stderr)?.[0] ?? "(version unknown)";
}
