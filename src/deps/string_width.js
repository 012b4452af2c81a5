// @ts-self-types="./string_width.d.ts"
export { default as stringWidth } from "npm:string-width@8.2.0";
