// @ts-self-types="./path.d.ts"
// The POSIX half of @std/path: its mod.js costs 13 ms at start.
export { basename } from "deno-std/path/posix/basename.js";
export { dirname } from "deno-std/path/posix/dirname.js";
export { globToRegExp } from "deno-std/path/posix/glob_to_regexp.js";
export { isAbsolute } from "deno-std/path/posix/is_absolute.js";
export { join } from "deno-std/path/posix/join.js";
export { normalize } from "deno-std/path/posix/normalize.js";
export { relative } from "deno-std/path/posix/relative.js";
export { resolve } from "deno-std/path/posix/resolve.js";
