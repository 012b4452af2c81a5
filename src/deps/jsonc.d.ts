/** Types of the part of `@std/jsonc` that the project uses. Throws `SyntaxError`. */
export function parse(text: string): unknown;
