/** Types of the part of `string-width` that the project uses. */
export function stringWidth(text: string): number;
