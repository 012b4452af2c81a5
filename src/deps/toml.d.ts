/** Types of the part of `@std/toml` that the project uses. Throws `SyntaxError`. */
export function parse(text: string): Record<string, unknown>;
