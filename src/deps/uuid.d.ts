/** Types of the part of `@std/uuid` that the project uses: RFC 9562 version 7. */
export function generateV7(timestamp?: number): string;
