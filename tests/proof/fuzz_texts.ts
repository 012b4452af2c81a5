/**
 * Texts that a person would not write, and ways to spoil one that a person did.
 *
 * @module
 */
import { createRedactor } from "../../src/redaction/redactor.ts";
import type { Choices } from "./random.ts";

/** Stands in texts where a byte is meant that is not UTF-8: U+F780 is the byte 0x80. */
const rawBytes = 0xf700;

/** Secrets that stand in every environment of a case; no byte written or sent may hold them. */
export const planted = {
  DEPLOY_TOKEN: "pl4nted-Mark3r/4711+env?x=y",
  token: `ghp_${"q7Zk2Wx9".repeat(4)}abcd`,
} as const;

/** Knows the planted secrets, as the program does in such an environment. */
export const redactor = createRedactor([{ name: "DEPLOY_TOKEN", value: planted.DEPLOY_TOKEN }]);

/** A secret in each form in which it must be known. */
export function formsOf(secret: string): string[] {
  return [
    secret,
    encodeURIComponent(secret),
    btoa(secret),
    btoa(secret).replaceAll("+", "-").replaceAll("/", "_"),
    JSON.stringify(JSON.stringify(secret)).slice(2, -2),
  ];
}

/** What must not be found where macp writes, sends or prints. */
export const forbidden: readonly string[] = [
  ...formsOf(planted.DEPLOY_TOKEN).map((form) => form.replace(/=+$/, "")),
  planted.token,
];

/** Texts that would be code, a path, an option or a sequence somewhere. */
const hostile: readonly string[] = [
  "",
  " ",
  "$(touch CANARY)",
  "`touch CANARY`",
  "x; touch CANARY",
  "x' ; touch CANARY ; '",
  'x" ; touch CANARY ; "',
  "x\ntouch CANARY\n",
  "x && touch CANARY || touch CANARY",
  "${IFS}$(touch${IFS}CANARY)",
  "${MACP_TASK_TITLE@P}",
  "{task_title} {task_id} {task_file}",
  "../../escaped",
  "../escaped.json",
  "results/../../../escaped.json",
  "/tmp/escaped",
  "/etc/passwd",
  ".git/config",
  "tasks.json",
  "state.json/x.json",
  "logs/x.json",
  "~/escaped",
  "~root/escaped",
  "--output=CANARY",
  "--upload-pack=touch CANARY",
  "-",
  "--",
  "-rf",
  "\u001b[31mred\u001b[0m\u0007",
  "\u001b]0;title\u0007\u009b31m",
  "a\u0000b",
  "line\r\nline\u2028line\u0085line",
  "\u202eright to left\u2069",
  "\ud800 half a pair",
  "\ufeffmark",
  "🚀👩‍👩‍👧 漢字 ünï",
  "__PROTO__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "| a | b |",
  "a \\| b \\",
  "`a | b`",
  "<!-- x",
  "```",
  "@everyone <@123> <!channel> [x](http://y)",
  "{{runId}} ${x} %s %n",
  "null",
  "[]",
  '{"a":1}',
  "1e999",
  "999999999999999999999999",
  "-0",
  "0x10",
  "2026-02-30T25:61:61Z",
  "2026-11-21T00:00:00.000Z",
  "9999999h",
  "24h",
  "http://169.254.169.254/latest",
  "http://[::1]:1/x",
  "file:///etc/passwd",
  "javascript:x",
  "(a+)+$",
  "[",
  "(?<reset>.*)",
  "main",
  "HEAD",
  "refs/heads/main",
  "feat/x.lock",
  "a..b",
  "@{-1}",
  "CON",
  "t1",
  "T1",
  "t2,t3",
];

/** Pieces that long texts are made of, on which a slow expression would hang. */
const repeated: readonly string[] = [
  ..."a0 \t\n\r|\\`-_*#<>[](){}\"'.,:;=/~^$@!é🚀\u001b",
  "\\|",
  "| ",
  "``",
  "<!--",
  "-->",
  "error: ",
  "0 passed ",
  "1h ",
  "at 3pm ",
  "resets ",
  "usage limit ",
  "\u001b[",
  "\u001b[1;",
  "\u001b]0;",
  "eyJ",
  "eyJhbGciOi.",
  "-----BEGIN ",
  "-----BEGIN PRIVATE KEY-----",
  "AKIA",
  "sk-",
  "xoxb-",
  "ghp_",
  "../",
  "a-",
  "- ",
  " -",
  "t1,",
  "**",
  '{"a":',
  "[[",
  "feat/",
  "\r\n",
  "? ",
  "(y/n) ",
  "❯ 1. ",
];

/** A text for a field. */
export function hostileText(choices: Choices): string {
  const one = choices.below(100);
  if (one < 70) return choices.one(hostile);
  if (one < 76) return choices.one(hostile) + choices.one(hostile);
  if (one < 86) return secretText(choices);
  if (one < 88) return longText(choices);
  return Array.from({ length: choices.below(12) }, () => randomCharacter(choices)).join("");
}

/** A text with one of the planted secrets in it, in one of its forms. */
export function secretText(choices: Choices): string {
  const secret = choices.one([planted.DEPLOY_TOKEN, planted.DEPLOY_TOKEN, planted.token]);
  const form = secret === planted.token ? secret : choices.one(formsOf(secret));
  return choices.one(["", "see ", "x=", "\u001b[1m", "key: ", "\n"]) + form +
    choices.one(["", " end", "\n", "\u001b[0m", '"', "\\n"]);
}

/** A text of one piece again and again. */
export function longText(choices: Choices): string {
  const piece = choices.one(repeated);
  const length = choices.one([300, 2000, 5000, 30_000]);
  const text = piece.repeat(Math.ceil(length / piece.length));
  return choices.one(["", choices.one(repeated), "x"]) + text + choices.one(["", "x", "!", "|"]);
}

function randomCharacter(choices: Choices): string {
  const range = choices.one([[0x20, 0x7f], [0, 0x20], [0x7f, 0x250], [0x2000, 0x2070], [
    rawBytes + 0x80,
    rawBytes + 0x100,
  ]]) as [number, number];
  return String.fromCharCode(range[0] + choices.below(range[1] - range[0]));
}

/** Spoils a text at one place or as a whole. */
export function spoilText(choices: Choices, text: string): string {
  const at = choices.below(text.length + 1);
  const end = Math.min(text.length, at + 1 + choices.below(choices.one([2, 20, 200])));
  switch (choices.below(12)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, end) + text.slice(at);
    case 3:
    case 4:
      return text.slice(0, at) + hostileText(choices) + text.slice(at);
    case 5:
      return text.slice(0, at) + randomCharacter(choices) + text.slice(end);
    case 6:
      return text.replaceAll("\n", "\r\n");
    case 7:
      return `\ufeff${text}`;
    case 8:
      return choices.shuffled(text.split("\n")).join("\n");
    case 9:
      return text.slice(0, at) + choices.one(["[", "]", "{", "}", '"', ",", ":", "|", "\n", "\0"]) +
        text.slice(at);
    case 10:
      return text.slice(0, at) + longText(choices) + text.slice(at);
    default:
      return text.slice(0, at) + text.slice(end) + text.slice(at, end);
  }
}

/** The bytes of a text, with those that are not UTF-8. */
export function bytesOf(text: string): Uint8Array {
  if (!/[\uf780-\uf7ff]/.test(text)) return new TextEncoder().encode(text);
  const pieces = text.split(/([\uf780-\uf7ff])/).map((piece) =>
    /^[\uf780-\uf7ff]$/.test(piece)
      ? Uint8Array.of(piece.charCodeAt(0) - rawBytes)
      : new TextEncoder().encode(piece)
  );
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
