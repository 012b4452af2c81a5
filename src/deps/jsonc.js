// @ts-self-types="./jsonc.d.ts"
export { parse } from "deno-std/jsonc/parse.js";
