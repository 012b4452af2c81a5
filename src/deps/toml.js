// @ts-self-types="./toml.d.ts"
export { parse } from "deno-std/toml/parse.js";
