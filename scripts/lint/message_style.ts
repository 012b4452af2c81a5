/**
 * @module
 */

/** Messages of `new MacpError(kind, message, …)` look alike. */
export const messageStyle: Deno.lint.Rule = {
  create: (context) => ({
    NewExpression(node) {
      const message = node.arguments[1];
      if (node.callee.type !== "Identifier" || node.callee.name !== "MacpError") return;
      if (message === undefined) return;
      const { start, end } = staticEnds(message);
      if (start !== "" && !/^\p{Lu}/u.test(start)) {
        context.report({ node: message, message: "An error message begins with a capital letter" });
      }
      if (/[.!\n]$/.test(end)) {
        context.report({
          node: message,
          message: "An error message ends without period, exclamation mark or newline",
        });
      }
    },
  }),
};

/** How a text is known to start and to end; empty where that is only known at run time. */
function staticEnds(node: Deno.lint.Node): { start: string; end: string } {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "string"
        ? { start: node.value, end: node.value }
        : { start: "", end: "" };
    case "TemplateLiteral":
      return { start: node.quasis[0]?.cooked ?? "", end: node.quasis.at(-1)?.cooked ?? "" };
    case "BinaryExpression":
      return { start: staticEnds(node.left).start, end: staticEnds(node.right).end };
    default:
      return { start: "", end: "" };
  }
}
