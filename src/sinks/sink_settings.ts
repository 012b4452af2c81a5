/**
 * Values of the sinks' settings: out of the configuration, or out of the environment.
 *
 * @module
 */
import { isAbsolute, join } from "@std/path";
import { MacpError, messageOf } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { describeKind } from "../protocol/not_a_file.ts";
import type { Settings } from "../protocol/settings.ts";
import type { Files } from "../sys/files.ts";
import type { World } from "../sys/world.ts";
import { refusedHost } from "./addresses.ts";

/** Names of the sinks. */
export const sinkNames = ["webhook", "discord", "slack", "ntfy", "exec", "stdout"] as const;

/** Name of a sink. */
export type SinkName = (typeof sinkNames)[number];

/** Settings of the sinks. */
export type SinkSettings = Pick<
  Settings["macp"],
  "webhook" | "discord" | "slack" | "ntfy" | "stdout" | "exec" | "doorbell"
>;

/** Where the sinks' settings are read. */
export interface SettingsPlace<W = unknown> {
  world: W & Pick<World, "files" | "env">;
  /** Root of the repository. */
  repository: string;
}

/**
 * A secret setting: the value of the variable that its twin `…_env` names, otherwise its
 * own. Empty when there is none. Throws `MacpError` of kind usage, code `sink_unusable`,
 * when the variable is not set; no message holds a secret.
 *
 * @param path Dotted path of the block, for messages.
 */
export function secretOf(
  { world: { env } }: SettingsPlace,
  block: Readonly<Record<string, unknown>>,
  { path, key }: { path: string; key: string },
): string {
  const variable = block[`${key}_env`];
  const own = block[key];
  if (typeof variable !== "string" || variable === "") {
    return typeof own === "string" ? own.trim() : "";
  }
  const value = Object.hasOwn(env, variable) ? env[variable]?.trim() ?? "" : "";
  if (value !== "") return value;
  throw unusable(`${path}.${key}_env`, `the environment variable is not set: ${variable}`, [
    "Set it where macp is called, for cron and services too, or disable the sink",
  ]);
}

/** The error for a secret setting whose value is wrong: it names the variable that holds it. */
export function wrongSecret(
  block: Readonly<Record<string, unknown>>,
  { path, key }: { path: string; key: string },
  why: string,
  hints: string[] = [],
): UnusableSetting {
  const variable = block[`${key}_env`];
  if (typeof variable !== "string" || variable === "") {
    return unusable(`${path}.${key}`, why, hints);
  }
  return unusable(`${path}.${key}_env`, `${why} (the environment variable ${variable})`, hints);
}

/** A token fit for a header, or empty. Throws like `secretOf`. */
export function tokenOf(
  place: SettingsPlace,
  block: Readonly<Record<string, unknown>>,
  at: { path: string; key: string },
): string {
  const token = secretOf(place, block, at);
  if (/^[\x21-\x7e]*$/.test(token)) return token;
  throw wrongSecret(block, at, "it holds a blank or a character that no header can hold");
}

/** The address of a sink, or null when there is none. Throws like `secretOf`. */
export function addressOf(
  place: SettingsPlace,
  block: Readonly<Record<string, unknown>>,
  path: string,
): URL | null {
  const at = { path, key: "url" };
  const text = secretOf(place, block, at);
  if (text === "") return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw wrongSecret(block, at, "it is no address that begins with http:// or https://");
  }
  const refused = refusedHost(url.hostname);
  if (refused !== null) throw wrongSecret(block, at, `${refused}: ${url.host}`);
  return url;
}

/** The same for a sink that cannot be without. */
export function requireAddress(
  place: SettingsPlace,
  block: Readonly<Record<string, unknown>>,
  path: string,
): URL {
  const url = addressOf(place, block, path);
  if (url !== null) return url;
  throw unusable(`${path}.url`, "there is no address", [
    `Set ${path}.url_env to the name of an environment variable that holds it`,
  ]);
}

/** Certificates of a setting `ca_file`. Throws like `secretOf` when there are none in it. */
export function certificatesOf(
  { world: { files }, repository }: SettingsPlace,
  caFile: string | null,
  path: string,
): string[] {
  if (caFile === null || caFile === "") return [];
  const file = isAbsolute(caFile) ? caFile : join(repository, caFile);
  const kind = files.stat(file)?.kind;
  const wrong = (why: string) => unusable(`${path}.ca_file`, `${why}: ${file}`);
  if (kind === undefined) throw wrong("there is no such file");
  if (kind !== "file") throw wrong(`it is ${describeKind(kind)}, not a file`);
  const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
  const certificates = tryRead(files, file, wrong).match(block) ?? [];
  if (certificates.length > 0) return [...certificates];
  throw wrong("the file holds no certificate (PEM)");
}

function tryRead(files: Files, file: string, wrong: (why: string) => MacpError): string {
  try {
    return files.readText(file);
  } catch (error) {
    throw wrong(`it cannot be read, ${messageOf(error)}`);
  }
}

/** Names of the environment variables that hold the sinks' secrets. */
export function secretVariablesOf(settings: SinkSettings): string[] {
  return Object.values(settings).flatMap((block) =>
    isRecord(block)
      ? Object.entries(block).flatMap(([key, value]) =>
        key.endsWith("_env") && typeof value === "string" && value !== "" ? [value] : []
      )
      : []
  );
}

/** A setting that a sink cannot be made with: of kind usage, code `sink_unusable`. */
export class UnusableSetting extends MacpError {
  /** Its dotted path. */
  readonly setting: string;

  constructor(setting: string, message: string, hints: string[]) {
    super("usage", message, { code: "sink_unusable", hints });
    this.setting = setting;
  }
}

/** The error for a setting that a sink cannot be made with. */
export function unusable(path: string, why: string, hints: string[] = []): UnusableSetting {
  return new UnusableSetting(path, `Cannot use ${path} as ${why}`, hints);
}
