/**
 * @module
 */
import { placeOf } from "./place.ts";

/** Only the command line prints. */
export const noConsole: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    const prints = place === "src/main.ts" || place.startsWith("src/cli/");
    if (prints || !place.startsWith("src/")) return {};
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "console") return;
        context.report({
          node,
          message: "Only src/cli prints",
          hint: "Return what is to be said, or hand it to a function that the caller gives.",
        });
      },
    };
  },
};
