/**
 * `macp config`
 *
 * @module
 */
import { isRecord } from "../../protocol/events.ts";
import { nearestHint } from "../../protocol/nearest.ts";
import { type ResolvedSettings, resolveSettings } from "../../protocol/settings.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository } from "../open_repository.ts";
import { tabulate } from "../output.ts";
import { usageError } from "../parse_arguments.ts";

/** Prints the settings in force. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output } = invocation;
  const { settings, origins } = args.flag("defaults")
    ? resolveSettings([])
    : await openRepository(invocation);
  const key = args.positional[0];
  const paths = selectPaths({ settings, origins }, key);
  const rows = paths.map((path) => ({
    key: path,
    value: valueAt(settings, path),
    origin: origins[path] ?? "default",
  }));
  if (output.options.json) output.json({ settings: rows });
  else if (key !== undefined && rows.length === 1 && rows[0]?.key === key) {
    const { value, origin } = rows[0];
    output.line(typeof value === "string" ? value : JSON.stringify(value));
    if (args.flag("show-origin")) output.line(`from ${origin}`);
  } else {
    const showOrigin = args.flag("show-origin");
    const lines = rows.map(({ key, value, origin }) => [
      key,
      JSON.stringify(value) ?? "",
      ...(showOrigin ? [origin] : []),
    ]);
    for (const line of tabulate(lines)) output.line(line);
  }
  return exitCodes.done;
}

function selectPaths({ origins }: ResolvedSettings, key: string | undefined): string[] {
  const all = Object.keys(origins);
  if (key === undefined) return all;
  const selected = all.filter((path) => path === key || path.startsWith(`${key}.`));
  if (selected.length > 0) return selected;
  // A name without what stands before it is near whatever is of that name.
  const within = all.flatMap((path) =>
    path.split(".").slice(0, -1).map((_, at, names) => names.slice(0, at + 1).join("."))
  );
  const same = [...within, ...all].find((path) => path.endsWith(`.${key}`));
  throw usageError(
    `Cannot show ${key} as there is no such setting`,
    same === undefined ? nearestHint(key, all) : [`Did you mean ${same}?`],
  );
}

function valueAt(settings: unknown, path: string): unknown {
  return path.split(".").reduce((value, key) => isRecord(value) ? value[key] : undefined, settings);
}
