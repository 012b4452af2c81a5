/**
 * @module
 */
import { collectDeclared, isReference } from "./names.ts";
import { placeOf } from "./place.ts";

/** Globals that reach outside, whatever is done with them. */
const outside = new Set([
  "Deno",
  "process",
  "fetch",
  "setTimeout",
  "setInterval",
  "globalThis",
  "WebSocket",
  "XMLHttpRequest",
]);

/** Members of globals that give another answer each time. */
const impure: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Date", new Set(["now"])],
  ["Math", new Set(["random"])],
  ["performance", new Set(["now", "timeOrigin"])],
  ["crypto", new Set(["randomUUID", "getRandomValues"])],
]);

/** Layers that may know the outside world by its types only. */
const pureLayers = ["src/protocol/", "src/redaction/"];

/** A use of a global. */
interface Use {
  /** The global. */
  name: string;
  /** What of it, for the message. */
  what: string;
  node: Deno.lint.Node;
}

/**
 * The outside world is reached through `World` alone. A name that the file declares
 * itself, anywhere, is not the global one.
 */
export const noEffects: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    const real = place === "src/main.ts" || place.startsWith("src/host/");
    if (real || !place.startsWith("src/")) return {};
    const declared = new Set<string>();
    const uses: Use[] = [];
    const report = (node: Deno.lint.Node, what: string) =>
      context.report({
        node,
        message: `${what} reaches outside`,
        hint: "Take it from World (src/sys/world.ts), or as an argument.",
      });
    return {
      ...collectDeclared(declared),
      ...collectUses(uses),
      ...checkImports(pureLayers.some((folder) => place.startsWith(folder)), report),
      "Program:exit"() {
        for (const { name, what, node } of uses) if (!declared.has(name)) report(node, what);
      },
    };
  },
};

function collectUses(uses: Use[]): Deno.lint.LintVisitor {
  return {
    NewExpression(node) {
      if (!isNamed(node.callee, "Date") || node.arguments.length > 0) return;
      uses.push({ name: "Date", what: "new Date()", node });
    },
    CallExpression(node) {
      if (isNamed(node.callee, "Date")) uses.push({ name: "Date", what: "Date()", node });
    },
    MemberExpression(node) {
      const { object, property } = node;
      if (object.type !== "Identifier" || property.type !== "Identifier") return;
      if (!impure.get(object.name)?.has(property.name)) return;
      uses.push({ name: object.name, what: `${object.name}.${property.name}`, node });
    },
    Identifier(node) {
      if (!outside.has(node.name) || !isReference(node)) return;
      uses.push({ name: node.name, what: node.name, node });
    },
  };
}

/** Tells `node:` modules; with `pure` also values of src/sys. */
function checkImports(
  pure: boolean,
  report: (node: Deno.lint.Node, what: string) => void,
): Deno.lint.LintVisitor {
  const check = (node: Deno.lint.Node, source: unknown, typeOnly: boolean) => {
    if (typeof source !== "string") return;
    const sys = pure && !typeOnly && /(^|\/)sys\//.test(source);
    if (sys || source.startsWith("node:")) report(node, source);
  };
  return {
    ImportDeclaration: (node) => check(node, node.source.value, importsTypesOnly(node)),
    ExportNamedDeclaration: (node) => check(node, node.source?.value, node.exportKind === "type"),
    ExportAllDeclaration: (node) => check(node, node.source.value, node.exportKind === "type"),
    ImportExpression: ({ source }) =>
      check(source, source.type === "Literal" ? source.value : null, false),
  };
}

function isNamed(node: Deno.lint.Node, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

function importsTypesOnly({ importKind, specifiers }: Deno.lint.ImportDeclaration): boolean {
  const isType = (specifier: (typeof specifiers)[number]) =>
    specifier.type === "ImportSpecifier" && specifier.importKind === "type";
  return importKind === "type" || (specifiers.length > 0 && specifiers.every(isType));
}
