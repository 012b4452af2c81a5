/**
 * Lint rules of the project.
 *
 * @module
 */
import { messageStyle } from "./message_style.ts";
import { noConsole } from "./no_console.ts";
import { noDoubleCast } from "./no_double_cast.ts";
import { noEffects } from "./no_effects.ts";

/** The rules; deno.json registers them. */
const plugin: Deno.lint.Plugin = {
  name: "macp",
  rules: {
    "no-effects": noEffects,
    "no-console": noConsole,
    "message-style": messageStyle,
    "no-double-cast": noDoubleCast,
  },
};

export default plugin;
