/** Types of the part of `@std/path` (POSIX) that the project uses. */
export function basename(path: string, suffix?: string): string;
export function dirname(path: string): string;
export function globToRegExp(glob: string): RegExp;
export function isAbsolute(path: string): boolean;
export function join(...paths: string[]): string;
export function normalize(path: string): string;
export function relative(from: string, to: string): string;
export function resolve(...paths: string[]): string;
