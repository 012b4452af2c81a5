import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { MAX_WAIT } from "../../../src/redaction/find_secrets.ts";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const secrets = [
  { name: "API_KEY", value: "abcdefgh-12345" },
  { name: "INNER", value: "cdefgh-1" },
  { name: "TAIL", value: "12345-wxyz!" },
  { name: "SIGNS", value: 'q/w"e&r\\t%z' },
  { name: "LINES", value: 'first line of it\n"second" line\nthird line of the secret' },
];
const redactor = createRedactor(secrets);
const github = `ghp_${"a1B2".repeat(9)}`;

Deno.test("text() replaces a secret under its name, everywhere", () => {
  assertEquals(
    redactor.text("x abcdefgh-12345 y abcdefgh-12345"),
    "x [redacted:API_KEY] y [redacted:API_KEY]",
  );
});

Deno.test("text() shows no secret in the name of another", () => {
  const [value, token] = ["s3cret-value", `ghp_${"a1B2".repeat(5)}`];
  const redactor = createRedactor([
    { name: "KEY", value },
    { name: `agents.${value}.token`, value: "other-s3cret" },
    { name: `agents.${token}.token`, value: "third-s3cret" },
  ]);
  const text = redactor.text(`${value} other-s3cret third-s3cret`);
  assertEquals(text, "[redacted:KEY] [redacted:secret] [redacted:secret]");
});

Deno.test("text() gives back the same text when it holds no secret", () => {
  const plain = "nothing to see, abcdefgh and 12345";
  assertEquals(redactor.text(plain), plain);
  assertEquals(createRedactor([]).text(""), "");
});

Deno.test("text() takes the longest when one secret holds another", () => {
  assertEquals(redactor.text("abcdefgh-12345"), "[redacted:API_KEY]");
  assertEquals(redactor.text("-cdefgh-1-"), "-[redacted:INNER]-");
});

Deno.test("text() replaces the whole of secrets that overlap", () => {
  assertEquals(redactor.text("<abcdefgh-12345-wxyz!>"), "<[redacted:API_KEY]>");
});

Deno.test("text() finds a secret with several lines, and its long lines alone", () => {
  assertEquals(redactor.text(`<${secrets[4]?.value}>`), "<[redacted:LINES]>");
  assertEquals(redactor.text("> third line of the secret <"), "> [redacted:LINES] <");
});

Deno.test("text() finds escaped, encoded and base64 forms", () => {
  const value = 'p/w"d with spaces';
  const { text } = createRedactor([{ name: "PW", value }]);
  assertEquals(text(JSON.stringify([value])), '["[redacted:PW]"]');
  assertEquals(text(`?a=${encodeURIComponent(value)}&b`), "?a=[redacted:PW]&b");
  assertEquals(text(`Basic ${btoa(value)}`), "Basic [redacted:PW]");
  const inner = text(btoa(`user:${value}!`));
  assert(inner.includes("[redacted:PW]"), inner);
});

Deno.test("value() redacts strings and keys at any depth, and copies the rest", () => {
  const json = {
    list: ["abcdefgh-12345", 1, null, true, { "key abcdefgh-12345": "" }],
    plain: "text",
  };
  const before = structuredClone(json);
  assertEquals(redactor.value<unknown>(json), {
    list: ["[redacted:API_KEY]", 1, null, true, { "key [redacted:API_KEY]": "" }],
    plain: "text",
  });
  assertEquals(json, before);
});

Deno.test("value() keeps a key named __proto__ as a key", () => {
  const json = JSON.parse('{"__proto__": {"a": "abcdefgh-12345"}}');
  assertEquals(JSON.stringify(redactor.value(json)), '{"__proto__":{"a":"[redacted:API_KEY]"}}');
});

/** Redacts `text` in pieces of these sizes, the last one repeated. */
function inPieces(text: string, sizes: readonly number[]): string {
  const stream = redactor.stream();
  let output = "";
  for (let at = 0, n = 0; at < text.length; n++) {
    const size = sizes[Math.min(n, sizes.length - 1)] ?? 1;
    output += stream.push(text.slice(at, at + size));
    at += size;
  }
  return output + stream.end();
}

const sample = [
  "begin abcdefgh-12345 middle abcdefgh-1234 and cdefgh-1,",
  `${secrets[4]?.value} ${btoa("xx abcdefgh-12345 yy")}`,
  `token ${github}. task-${"x".repeat(30)} \\nsk-${"q9".repeat(20)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${"s1-_".repeat(9)}. Then eyJhb and`,
  `AKIA${"IOSFODNN7EXAMPLE"}\twJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY`,
  `-----BEGIN PRIVATE KEY-----\n${"Ab+/".repeat(16)}\nabc=\n-----END PRIVATE KEY-----`,
  `xoxb-${"1234-abc".repeat(3)} xox xoxe.xoxb-1-${"z".repeat(20)} abcdefgh-12345-wxyz!`,
  "ends with abcdefgh-1234",
].join("\n");

Deno.test("stream() gives the same as text() when the text is cut at any one place", () => {
  const whole = redactor.text(sample);
  assertNotEquals(whole, sample);
  for (let at = 1; at < sample.length; at++) {
    assertEquals(inPieces(sample, [at, sample.length]), whole, `cut at ${at}`);
  }
});

Deno.test("stream() gives the same as text() when the pieces are small", () => {
  const whole = redactor.text(sample);
  for (const size of [1, 2, 3, 5, 7, 11, 16, 17, 64]) {
    assertEquals(inPieces(sample, [size]), whole, `pieces of ${size}`);
  }
});

/** Parts that secrets and tokens are made of, and what stands around them. */
const parts = [
  ...["abcdefgh", "-12345", "cdefgh-1", "-wxyz!", "first line of it", "\n", '"second" line'],
  ...["ghp_", "a1B2a1B2a1B2a1B2", "_", "sk-", "ant-", "proj-", "eyJhbGciOiJIUzI1NiJ9", ".", "-"],
  ...["AKIA", "IOSFODNN7EXAMPLE", ",", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "=", " ", "x"],
  ...["aws_secret_access_key", "-----BEGIN ", "PRIVATE KEY-----", "-----END ", "xox", "b-", "\\n"],
  "Ab+/".repeat(12),
  ...[
    "q/w",
    "q\\/w",
    "q%2fw",
    "\\",
    "%25",
    "%",
    "&",
    "amp;",
    '"e',
    '\\"e',
    "&quot;e",
    "%22e",
    "\r\n  ",
  ],
  ...[
    "&r\\t%z",
    "%26r%5ct%25z",
    "&amp;r\\\\t%z",
    "://",
    "user:",
    "pw@",
    "pa@ss",
    ":\\/\\/",
    "host/",
  ],
  ...[btoa("abcdefgh-12345").slice(0, 9), btoa("abcdefgh-12345").slice(9)],
];

Deno.test("stream() gives the same as text() when texts and pieces are random", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  let redacted = 0;
  for (let n = 0; n < 20_000; n++) {
    let text = "";
    for (let left = 1 + random(20); left > 0; left--) text += parts[random(parts.length)];
    const sizes = Array.from({ length: 100 }, () => 1 + random(20));
    const whole = redactor.text(text);
    assertEquals(inPieces(text, sizes), whole, JSON.stringify({ text, sizes }));
    if (whole !== text) redacted++;
  }
  assert(redacted > 1000, String(redacted));
});

Deno.test("stream() gives out a complete line at once", () => {
  const stream = redactor.stream();
  assertEquals(stream.push("compiled in 3 s\n"), "compiled in 3 s\n");
  assertEquals(stream.push("key abcdefgh-12345\n"), "key [redacted:API_KEY]\n");
});

Deno.test("stream() keeps only what may become a secret", () => {
  const stream = redactor.stream();
  assertEquals(stream.push("the text abcdef"), "the text ");
  assertEquals(stream.push("!"), "abcdef!");
  assertEquals(stream.push("cdefgh-"), "");
  assertEquals(stream.end(), "cdefgh-");
});

Deno.test("stream() starts anew after end()", () => {
  const stream = redactor.stream();
  stream.push("abcdefgh");
  assertEquals(stream.end(), "abcdefgh");
  assertEquals(stream.push("-12345\n") + stream.end(), "-12345\n");
});

Deno.test("stream() keeps a bounded amount when a token does not end", () => {
  const stream = redactor.stream();
  const piece = "x".repeat(8192);
  let output = stream.push(`token ghp_`);
  let fed = 0;
  for (; fed < 4 * MAX_WAIT; fed += piece.length) output += stream.push(piece);
  assertEquals(output, "token [redacted:GITHUB_TOKEN]");
  output += stream.push("xyz end\nabcdefgh-12345\n") + stream.end();
  assertEquals(output, "token [redacted:GITHUB_TOKEN] end\n[redacted:API_KEY]\n");
});

Deno.test("stream() keeps a bounded amount when a key block does not end", () => {
  const stream = redactor.stream();
  const line = `${"Ab+/".repeat(16)}\n`;
  let output = stream.push("-----BEGIN PRIVATE KEY-----\n");
  for (let fed = 0; fed < 2 * MAX_WAIT; fed += line.length) output += stream.push(line);
  assertEquals(output, "[redacted:PRIVATE_KEY]");
  output += stream.push("Error: it failed.\n") + stream.end();
  assertEquals(output, "[redacted:PRIVATE_KEY]Error: it failed.\n");
});

Deno.test("stream() finds a secret across the bound of what is kept", () => {
  const long = Array.from({ length: MAX_WAIT / 4 }, (_, n) => n).join(",");
  const stream = createRedactor([{ name: "LONG", value: long }]).stream();
  const output = stream.push(`x${long.slice(0, MAX_WAIT + 5)}`) +
    stream.push(`${long.slice(MAX_WAIT + 5)}y`);
  assertEquals(output + stream.end(), "x[redacted:LONG]y");
});

Deno.test("stream() does not slow down beyond reason when text is made to look like tokens", () => {
  const began = performance.now();
  for (const unit of ["xoxb-", "eyJhb", "sk-ant-", "-----BEGIN", "ghp_", "AKIA"]) {
    inPieces(unit.repeat(Math.ceil(200_000 / unit.length)), [65_536]);
  }
  const ms = performance.now() - began;
  assert(ms < 20_000, `${ms} ms`);
});

Deno.test("learn() makes a redactor look for more, also in a text that is under way", () => {
  const redactor = createRedactor([]);
  const stream = redactor.stream();
  const begun = stream.push("before s3cret-value, ");
  redactor.learn([{ name: "LATE", value: "s3cret-value" }]);
  assertEquals(
    begun + stream.push("then s3cret-") + stream.push("value") + stream.end(),
    "before s3cret-value, then [redacted:LATE]",
  );
});
