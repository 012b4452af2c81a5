/**
 * Settings: what the configuration files, the flags and the defaults give together.
 *
 * @module
 */
import configSchema from "../../schemas/config.schema.json" with { type: "json" };
import { isRecord } from "./events.ts";
import type { ConfigFile, DelegateConfig, MacpConfig, WorkerConfig } from "./generated/types.ts";

/** The fields that a schema names, all present. */
type Complete<T> = { [K in keyof T as string extends K ? never : K]-?: Exclude<T[K], undefined> };

/** Blocks of settings inside of `macp`, by their keys. */
type MacpBlock = "retention" | "doorbell" | SinkBlock;

/** Blocks of settings of the sinks. */
type SinkBlock = "webhook" | "discord" | "slack" | "ntfy" | "stdout" | "exec";

/** All settings, with a value for each. */
export type Settings =
  & Omit<Complete<ConfigFile>, "macp" | "worker" | "delegate">
  & {
    macp:
      & Omit<Complete<MacpConfig>, MacpBlock>
      & { [K in MacpBlock]: Complete<NonNullable<MacpConfig[K]>> };
    worker: Complete<WorkerConfig>;
    delegate:
      & Omit<Complete<DelegateConfig>, "channel_context">
      & { channel_context: Complete<NonNullable<DelegateConfig["channel_context"]>> };
  };

/** One source of settings. Later layers win. */
export interface SettingsLayer {
  /** For people: `default`, a file's path, or a flag. */
  origin: string;
  values: ConfigFile;
}

/** Settings, and where each value came from, by dotted path. */
export interface ResolvedSettings {
  settings: Settings;
  origins: Record<string, string>;
}

interface SchemaNode {
  properties?: Record<string, SchemaNode>;
  default?: unknown;
}

const schema = configSchema as SchemaNode;

/** Merges layers over the defaults, member by member; lists and free objects whole. */
export function resolveSettings(layers: readonly SettingsLayer[]): ResolvedSettings {
  const origins: Record<string, string> = {};
  const resolve = (node: SchemaNode, path: string[]): unknown => {
    if (node.properties) {
      const members = Object.entries(node.properties)
        .map(([key, child]) => [key, resolve(child, [...path, key])] as const)
        .filter(([, value]) => value !== undefined);
      return Object.fromEntries(members);
    }
    const layer = layers.findLast(({ values }) => valueAt(values, path) !== undefined);
    origins[path.join(".")] = layer?.origin ?? "default";
    return layer ? valueAt(layer.values, path) : node.default;
  };
  return { settings: resolve(schema, []) as Settings, origins };
}

function valueAt(values: unknown, path: readonly string[]): unknown {
  return path.reduce((value, key) => isRecord(value) ? value[key] : undefined, values);
}

/** A key that the schema does not know. */
export interface UnknownKey {
  /** Dotted path. */
  path: string;
  /** Keys that would be known at this place. */
  known: string[];
}

/** Keys of a configuration file that have no effect. */
export function unknownKeys(values: unknown): UnknownKey[] {
  const walk = (value: unknown, node: SchemaNode, path: string[]): UnknownKey[] => {
    const known = Object.keys(node.properties ?? {});
    if (!isRecord(value) || known.length === 0) return [];
    return Object.entries(value).flatMap(([key, child]) => {
      const childNode = node.properties?.[key];
      if (childNode) return walk(child, childNode, [...path, key]);
      return key === "$schema" && path.length === 0
        ? []
        : [{ path: [...path, key].join("."), known }];
    });
  };
  return walk(values, schema, []);
}

/** Dotted paths of all settings. */
export function settingPaths(): string[] {
  return Object.keys(resolveSettings([]).origins);
}

/** A configuration with one value set by its dotted path. */
export function settingAt(path: string, value: unknown): ConfigFile {
  return path.split(".").reduceRight<unknown>(
    (inner, key) => ({ [key]: inner }),
    value,
  ) as ConfigFile;
}
