/**
 * Names in a source file: which it declares itself, which stand for something.
 *
 * @module
 */

type Pattern = Deno.lint.Node | Deno.lint.Parameter | null;

/** Visitor that puts every name that the file declares, anywhere, into `names`. */
export function collectDeclared(names: Set<string>): Deno.lint.LintVisitor {
  const declare = (pattern: Pattern) => namesIn(pattern).forEach((name) => names.add(name));
  return {
    ImportSpecifier: (node) => declare(node.local),
    ImportDefaultSpecifier: (node) => declare(node.local),
    ImportNamespaceSpecifier: (node) => declare(node.local),
    VariableDeclarator: (node) => declare(node.id),
    FunctionDeclaration: (node) => [node.id, ...node.params].forEach(declare),
    FunctionExpression: (node) => node.params.forEach(declare),
    ArrowFunctionExpression: (node) => node.params.forEach(declare),
  };
}

/** Names that a pattern declares. */
function namesIn(pattern: Pattern): string[] {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap(namesIn);
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === "Property" ? property.value : property)
      );
    default:
      return [];
  }
}

/** Whether an identifier stands for a value or type, not for the name of a member. */
export function isReference(node: Deno.lint.Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.object === node || parent.computed;
    case "TSQualifiedName":
      return parent.left === node;
    case "Property":
      return parent.value === node || parent.computed;
    case "PropertyDefinition":
    case "MethodDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key !== node || parent.computed;
    case "ImportSpecifier":
    case "ExportSpecifier":
      return false;
    default:
      return true;
  }
}
