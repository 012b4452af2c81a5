/**
 * @module
 */

/** `as unknown as T` switches the type checker off. */
export const noDoubleCast: Deno.lint.Rule = {
  create: (context) => ({
    TSAsExpression(node) {
      const inner = node.expression;
      if (inner.type !== "TSAsExpression") return;
      if (inner.typeAnnotation.type !== "TSUnknownKeyword") return;
      context.report({
        node,
        message: "`as unknown as` switches the type checker off",
        hint: "Narrow the value with a check, or give it the right type where it is made.",
      });
    },
  }),
};
