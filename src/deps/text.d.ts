/** Types of the part of `@std/text` that the project uses. */
export function levenshteinDistance(a: string, b: string): number;
