/**
 * The registry of agents: a file of others that tells where agents are now.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { oneLine } from "../protocol/text.ts";
import { parseJson, readText } from "../store/read_json.ts";
import type { Files } from "../sys/files.ts";

/** Bytes of a registry that is read. */
const maxBytes = 4_194_304;

/** Where an agent is, as far as the registry tells. */
export interface RegistryEntry {
  url: string | null;
  port: number | null;
}

/** Agents by name. */
export type Registry = ReadonlyMap<string, RegistryEntry>;

/** A registry, and what was wrong with the file. */
export interface RegistryRead {
  /** Null when there is none, or none that can be read: then the configuration counts. */
  registry: Registry | null;
  /** For people; null when all is well. */
  warning: string | null;
}

/**
 * Reads the registry: JSON of the form `{"agents": {NAME: {"port": N} or {"url": U}}}`,
 * other members are passed over. To be called at each delegation. Never throws: a
 * registry that cannot be read, and an address that is none, give a warning.
 *
 * @param path Absolute path, or null where none is configured.
 */
export function readRegistry(files: Files, path: string | null): RegistryRead {
  if (path === null) return { registry: null, warning: null };
  try {
    return toRegistry(parse(files, path), path);
  } catch (error) {
    if (!(error instanceof MacpError)) throw error;
    return { registry: null, warning: oneLine(`${error.message}; delegate.agents alone counts`) };
  }
}

function parse(files: Files, path: string): Record<string, unknown> {
  const text = readBounded(files, path);
  if (text === null) throw unreadable(path, "it does not exist");
  const document = parseJson(text, path);
  const agents = isRecord(document) ? document.agents : undefined;
  if (isRecord(agents)) return agents;
  throw unreadable(path, 'it has no object "agents"');
}

function readBounded(files: Files, path: string): string | null {
  let stat;
  try {
    stat = files.stat(path);
  } catch {
    throw unreadable(path, "the way to it is closed");
  }
  if (stat && stat.kind !== "file") throw unreadable(path, "it is no file");
  if (stat && stat.size > maxBytes) throw unreadable(path, `it has ${stat.size} bytes`);
  return readText(files, path);
}

function toRegistry(agents: Record<string, unknown>, path: string): RegistryRead {
  const faults: string[] = [];
  const entries = Object.entries(agents).map(([name, entry]) => {
    const { url = null, port = null } = isRecord(entry) ? entry : {};
    const good = { url: isUrl(url) ? url : null, port: portOf(port) };
    const place = `agents.${oneLine(name, 60)}`;
    if (!isRecord(entry)) faults.push(`${place} is no object`);
    if (url !== null && good.url === null) faults.push(`${place}.url is no address`);
    if (port !== null && good.port === null) faults.push(`${place}.port is no port`);
    return [name, good] as const;
  });
  const more = faults.length > 1 ? `, and ${faults.length - 1} more like it` : "";
  const warning = faults.length === 0 ? null : `Passed over in ${path}: ${faults[0]}${more}`;
  return { registry: new Map(entries), warning };
}

function isUrl(value: unknown): value is string {
  return typeof value === "string" && /^https?:\/\//i.test(value) && URL.canParse(value);
}

/** A port as a number, or as its digits. */
function portOf(value: unknown): number | null {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  const valid = typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return valid ? port : null;
}

function unreadable(path: string, why: string): MacpError {
  const message = `Cannot read ${path} as ${why}`;
  return new MacpError("failure", message, { code: "registry_unreadable" });
}
