import { assert, assertEquals } from "@std/assert";
import { createRedactor } from "../../../src/redaction/redactor.ts";

/** How programs write a value into texts of other formats. */
const encoders: Record<string, (value: string) => string> = {
  "as it is": (value) => value,
  JSON: inJson,
  "JSON in JSON": (value) => inJson(inJson(value)),
  "JSON in JSON in JSON": (value) => inJson(inJson(inJson(value))),
  "JSON in JSON, four times": (value) => inJson(inJson(inJson(inJson(value)))),
  "JSON with escaped slashes": php,
  "JSON with escaped slashes in such": (value) => php(php(value)),
  "JSON of ASCII": (value) =>
    inJson(value).replace(/[^\0-\x7f&<>]/g, (char) => `\\u${hexOf(char, 4)}`),
  "JSON of ASCII, upper case": (value) =>
    inJson(value).replace(/[^\0-\x7f]|[&<>'+]/g, (char) => `\\u${hexOf(char, 4).toUpperCase()}`),
  "an address": encodeURIComponent,
  "an address, strictly": strict,
  "an address, lower case": (value) => lower(strict(value)),
  "an address, slashes left alone": (value) => strict(value).replaceAll("%2F", "/"),
  "an address in an address": (value) => strict(strict(value)),
  "an address in lower case in JSON with escaped slashes": (value) => php(lower(strict(value))),
  "a form's field": (value) => new URLSearchParams({ value }).toString().slice(6),
  HTML: (value) => entities(value, "&#39;"),
  "HTML with a hexadecimal quote": (value) => entities(value, "&#x27;"),
  "HTML as PHP writes it": (value) => entities(value, "&#039;"),
  XML: (value) => entities(value, "&apos;"),
  "XML of ASCII": (value) =>
    entities(value, "'").replace(/[^\0-\x7f]/gu, (char) => `&#${char.codePointAt(0)};`),
  "HTML in JSON": (value) => inJson(entities(value, "&#x27;")),
  "HTML in HTML": (value) => entities(entities(value, "&#39;"), "&#39;"),
  "indented lines": (value) => value.replace(/\r?\n/g, "\r\n    "),
  "a shell's quotes": (value) => value.replaceAll("'", `'\\''`),
  "a shell's backslashes": (value) =>
    value.replace(/[^\w.\-/:=@%äö😀\n\r\t]/g, (char) => `\\${char}`),
  "base64": (value) => toBase64(`x${value}yz`),
  "base64 in lines": (value) => inLines(toBase64(`${"-".repeat(40)}${value}`), 76, "\n"),
  "base64 in short lines, in JSON": (value) => inJson(inLines(toBase64(value), 20, "\r\n")),
  "base64url in lines": (value) => inLines(url(toBase64(`abc${value}`)), 64, "\r\n"),
  "base64 in indented lines": (value) => inLines(toBase64(`ab${value}`), 24, "\n    "),
  hexadecimal: (value) => new TextEncoder().encode(value).toHex(),
  "upper hexadecimal": (value) => new TextEncoder().encode(value).toHex().toUpperCase(),
  "hexadecimal in lines": (value) => inLines(new TextEncoder().encode(value).toHex(), 30, "\n"),
};

const values = [
  `pa"ss\\word/+ äö&'(x)<y>%z`,
  "https://hooks.example/T0/B0?k=v&x=1%2F",
  "s3cr3t-Mark3r_Value.4711",
  `"!$%&/\\'<#`,
  "\\n/n\\\\\\t😀ab%25cd",
  "MIIE/vIB+ADANBgkqh/kiG9w0==",
  "ab\ncd\r\n\te f g'h",
];

for (const [name, encode] of Object.entries(encoders)) {
  Deno.test(`text() and stream() find a secret that is written as ${name}`, () => {
    for (const value of values) {
      const redactor = createRedactor([{ name: "X", value }]);
      const written = `say: "${encode(value)}" it`;
      const redacted = redactor.text(written);
      assert(redacted.includes("[redacted:X]"), `${value}: ${redacted}`);
      const left = redacted.replace(/\[redacted:X\]/, "");
      // Base64 may keep characters that other bytes have a part in.
      const most = /base64/.test(name) ? 66 : 0;
      assert(left.length - `say: "" it`.length <= most, `${value}: ${redacted}`);
      for (let at = 1; at < written.length; at++) {
        const stream = redactor.stream();
        const output = stream.push(written.slice(0, at)) + stream.push(written.slice(at));
        assertEquals(output + stream.end(), redacted, `${value}: cut at ${at}`);
      }
      const stream = redactor.stream();
      const single = Array.from(written, (char) => stream.push(char)).join("");
      assertEquals(single + stream.end(), redacted, value);
    }
  });
}

for (const kind of ["as it is", "base64", "hexadecimal"]) {
  Deno.test(`text() finds a secret of 16 characters wherever a line ends in it when it is ${kind}`, () => {
    for (const value of [`pa"ss/word+ äö&(x)<y>%z`, "0123456789ABCDEF"]) {
      const { text } = createRedactor([{ name: "X", value }]);
      const written = kind === "base64" ? toBase64(value) : encoders[kind]?.(value) ?? "";
      for (const end of ["\n", "\r\n", "\n\t", "\\n", "\\\\r\\\\n"]) {
        for (let at = kind === "as it is" ? 4 : 1; at < written.length; at++) {
          const redacted = text(`${written.slice(0, at)}${end}${written.slice(at)}`);
          const left = redacted.replace("[redacted:X]", "").replace(end, "");
          assert(left.length <= 4, `${at}: ${redacted}`);
        }
      }
    }
  });
}

Deno.test("text() finds a secret of several lines however its lines are told", () => {
  const lines = [
    "-----BEGIN X-----",
    "Ab+/Cd".repeat(10),
    "Ef+/Gh".repeat(10),
    "Ij+/",
    "-----END X-----",
  ];
  const { text } = createRedactor([{ name: "X", value: lines.join("\n") }]);
  for (const between of ["\n", "\r\n", "\n    ", "\\n", "\\\\n", "%0A", "%0d%0a", " ", "&#10;"]) {
    assertEquals(text(`<${lines.join(between)}>`), "<[redacted:X]>", JSON.stringify(between));
  }
  const told = text(lines.map((line, n) => `${n}: ${line}`).join("\n"));
  assertEquals(told.split("[redacted:X]").length, 3, told);
});

Deno.test("text() leaves a text alone that a secret is only alike", () => {
  const { text } = createRedactor([{ name: "X", value: "a/b+c d'e\\f%g" }]);
  for (const plain of ["a/b+c", "a\\/b c", "a/b+c d'e f%g", "a%2fb+c d'e", "ab/c"]) {
    assertEquals(text(plain), plain);
  }
});

Deno.test("text() is JSON still when a secret begins and ends with what JSON escapes", () => {
  const { text } = createRedactor([{ name: "X", value: `"/x\\y/"` }]);
  for (const encode of [inJson, php]) {
    const json = `{"a":"b\\n${encode(`"/x\\y/"`)}\\t${encode(`"/x\\y/"`)}","c":1}`;
    assertEquals(JSON.parse(text(json)), { a: "b\n[redacted:X]\t[redacted:X]", c: 1 });
  }
});

Deno.test("stream() keeps a line no longer than needed when it ends like a secret begins", () => {
  const stream = createRedactor([{ name: "X", value: "s3cr3t-Mark3r_Value" }]).stream();
  assertEquals(stream.push("took 3 s3c\n"), "took 3 s3c\n");
  assertEquals(stream.push("took 3 s3cr\n"), "took 3 ");
  assertEquals(stream.push("more\n"), "s3cr\nmore\n");
});

Deno.test("text() takes time by the length of the text when escapes are all that it holds", () => {
  const secrets = [...values, "\\\\\\\\/%%%%&&&&", "a\n\n\n\n b", "%25%25%25/"]
    .map((value) => ({ name: "X", value }));
  const units = ["\\", "%25", "%", "&amp;", "&", "'\\''", "\n ", "\\n", "a\\", "\\\\/%%", " ", '"'];
  const began = performance.now();
  for (const unit of units) {
    const whole = unit.repeat(300_000 / unit.length);
    const stream = createRedactor(secrets).stream();
    for (let at = 0; at < whole.length; at += 10_000) stream.push(whole.slice(at, at + 10_000));
    stream.end();
  }
  const ms = performance.now() - began;
  assert(ms < 10_000, `${ms} ms`);
});

function inJson(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}

function php(value: string): string {
  return inJson(value).replaceAll("/", "\\/");
}

function strict(value: string): string {
  return encodeURIComponent(value).replace(/[!'()*]/g, (char) => `%${hexOf(char, 2)}`);
}

function lower(value: string): string {
  return value.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

function hexOf(char: string, digits: number): string {
  return char.charCodeAt(0).toString(16).padStart(digits, "0");
}

function entities(value: string, quote: string): string {
  return value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;").replaceAll("'", quote);
}

function toBase64(value: string): string {
  return new TextEncoder().encode(value).toBase64();
}

function url(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_");
}

function inLines(text: string, columns: number, end: string): string {
  return (text.match(new RegExp(`.{1,${columns}}`, "g")) ?? []).join(end);
}
