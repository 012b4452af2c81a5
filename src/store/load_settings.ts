/**
 * Settings of a repository, from its file, the user's file and the command line.
 *
 * @module
 */
import { callerVariable, isPerCaller } from "../protocol/caller_variable.ts";
import { MacpError, messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import type { ConfigFile } from "../protocol/generated/types.ts";
import {
  type ResolvedSettings,
  resolveSettings,
  type SettingsLayer,
  type UnknownKey,
  unknownKeys,
} from "../protocol/settings.ts";
import { describeFault } from "../protocol/validation.ts";
import type { Secret } from "../redaction/collect_secrets.ts";
import { gateSecrets } from "../redaction/gate_secrets.ts";
import type { World } from "../sys/world.ts";
import { configFaults } from "./config_faults.ts";
import { parseConfig } from "./parse_config.ts";
import { readText } from "./read_json.ts";
import { userConfigPath } from "./paths.ts";

/** A secret that stands in settings. */
export interface LiteralSecret {
  /** Null for one of a flag. */
  file: string | null;
  /** Dotted path of the setting. */
  path: string;
  value: string;
  /** Whether it is of use on this machine alone, so that others may know it. */
  isLocal: boolean;
}

/** Settings, and what a person should know of their files. */
export interface LoadedSettings extends ResolvedSettings {
  /** Keys without effect, by file. */
  unknown: { file: string; key: UnknownKey }[];
  /** Secrets that stand in the files themselves, or in a flag: then without a file. */
  literals: LiteralSecret[];
  /** Secrets that gates are given in their environment. */
  gateSecrets: Secret[];
  /** Environment variables that hold macp's own secrets (`…_env` keys). */
  ownSecrets: string[];
}

/**
 * Loads settings: flags, then the repository's file, then the user's, then defaults.
 *
 * Throws `MacpError` of kind usage that lists all faults when a file is wrong.
 */
export function loadSettings(
  world: Pick<World, "files" | "env">,
  repositoryFile: string,
  flags: readonly SettingsLayer[],
): LoadedSettings {
  const userFile = userConfigPath(world.env);
  const layers = [userFile, repositoryFile].flatMap((file) => {
    const values = file === null ? null : readConfig(world, file);
    return values === null || file === null ? [] : [{ origin: file, values }];
  });
  const unknown = layers.flatMap(({ origin, values }) =>
    unknownKeys(values).map((key) => ({ file: origin, key }))
  );
  for (const { origin, values } of flags) checkConfig(values, origin);
  const literals = layers.flatMap(({ origin, values }) =>
    literalSecrets(values).map((literal) => ({ file: origin, ...literal }))
  );
  const all = [...layers, ...flags];
  const given = flags.flatMap(({ values }) =>
    literalSecrets(values).map((literal) => ({ file: null, ...literal }))
  );
  const resolved = resolveSettings(all);
  const callers = Object.keys(resolved.settings.delegate.acl);
  return {
    ...resolved,
    unknown,
    literals: [...literals, ...given],
    gateSecrets: all.flatMap(({ values }) => gateSecrets(values.quality_gates)),
    ownSecrets: all.flatMap(({ values }) => secretVariables(values, callers)),
  };
}

/**
 * Names of environment variables under keys that end in `_env`; where each caller of a
 * delegation has one of its own, those of all callers.
 */
export function secretVariables(values: unknown, callers: readonly string[]): string[] {
  if (!isRecord(values)) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    if (!key.endsWith("_env") || typeof value !== "string") return secretVariables(value, callers);
    if (isPerCaller(value)) return callers.map((caller) => callerVariable(value, caller));
    return value === "" ? [] : [value];
  });
}

/**
 * Texts under keys that name a secret, unless the key names an environment variable, and
 * the addresses of sinks: who knows one can post there.
 */
export function literalSecrets(
  values: unknown,
  path = "",
): Omit<LiteralSecret, "file">[] {
  if (!isRecord(values)) return [];
  return Object.entries(values).flatMap(([key, value]) => {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value !== "string") return literalSecrets(value, at);
    const names = /token|secret|password|api_?key/i.test(key) && !key.endsWith("_env");
    if (names && value.length >= 4) return [{ path: at, value, isLocal: false }];
    return isSinkAddress(at, value) ? [{ path: at, value, isLocal: isOfThisMachine(value) }] : [];
  });
}

/** Whether a setting is the address of a sink, and holds more than everybody knows. */
function isSinkAddress(path: string, value: string): boolean {
  if (!/(?:webhook|discord|slack|ntfy)[^.]*\.url$|webhook_url$/i.test(path)) return false;
  // One without a scheme is not used, but is as secret.
  if (!URL.canParse(value)) return value.length >= 8 && /[./]/.test(value);
  return !isOfThisMachine(value) || isPrivatePlace(value);
}

/** Whether an address is one of this machine: no other one can be reached by it. */
function isOfThisMachine(address: string): boolean {
  return URL.canParse(address) &&
    /^(?:(?:.+\.)?localhost\.?|127(?:\.\d+){3}|\[::1\])$/.test(new URL(address).hostname);
}

/** Whether an address leads deeper than a server that ordinary texts may name. */
function isPrivatePlace(address: string): boolean {
  const { pathname, search, username, password } = new URL(address);
  if ([pathname, search, username, password].join("") === "/") return false;
  // What stands in every configuration is no secret.
  return address !== resolveSettings([]).settings.macp.webhook.url;
}

function readConfig(world: Pick<World, "files">, file: string): ConfigFile | null {
  const text = readText(world.files, file);
  if (text === null) return null;
  let value: unknown;
  try {
    value = parseConfig(text);
  } catch (cause) {
    throw new MacpError(
      "usage",
      `Cannot read ${file} as it is not JSON with comments: ${messageOf(cause)}`,
      {
        code: "config_unparsable",
        hints: ["Mend the file; macp config --defaults shows every setting with its default"],
      },
    );
  }
  checkConfig(value, file);
  return value as ConfigFile;
}

function checkConfig(value: unknown, origin: string): void {
  const faults = configFaults(value);
  if (faults.length === 0) return;
  throw new MacpError("usage", `Cannot use the settings of ${origin} as they are wrong`, {
    code: "config_invalid",
    details: faults.map((fault) => describeFault(origin, fault)),
    hints: ["macp config --defaults shows every setting with its default"],
  });
}
