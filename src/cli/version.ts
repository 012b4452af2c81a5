/**
 * @module
 */
import config from "../../deno.json" with { type: "json" };

/** Version of the program; `deno.json` is its only source. */
export const version: string = config.version;
