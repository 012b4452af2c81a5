/** Types of the part of `@std/cli` that the project uses. */
export interface ParseOptions {
  boolean?: string[];
  string?: string[];
  collect?: string[];
  alias?: Record<string, string>;
  stopEarly?: boolean;
  "--"?: boolean;
  /** Called for each argument that no other option names; false drops it. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
/** The parsed arguments: positional ones in `_`. */
export interface ParsedArgs {
  _: (string | number)[];
  "--"?: string[];
  [name: string]: unknown;
}
export function parseArgs(args: readonly string[], options?: ParseOptions): ParsedArgs;
