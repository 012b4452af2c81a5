// @ts-self-types="./uuid.d.ts"
export { generate as generateV7 } from "deno-std/uuid/v7.js";
