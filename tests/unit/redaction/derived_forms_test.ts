import { assert, assertEquals } from "@std/assert";
import { derivedForms } from "../../../src/redaction/derived_forms.ts";

/** Whether one of the forms stands in `text`. */
function found(value: string, text: string): boolean {
  return derivedForms(value).some((form) => text.includes(form));
}

const value = `pa"ss\\word/+ äö&'(x)`;

Deno.test("derivedForms() finds a value that was JSON-escaped, also twice, also as ASCII", () => {
  const once = JSON.stringify({ value });
  assert(found(value, once));
  assert(found(value, JSON.stringify({ once })));
  assert(found(value, `{"value": "pa\\"ss\\\\word/+ \\u00e4\\u00f6&'(x)"}`));
});

Deno.test("derivedForms() finds a value that was URL-encoded, whatever the encoder", () => {
  const strict = "pa%22ss%5Cword%2F%2B%20%C3%A4%C3%B6%26%27%28x%29";
  assert(found(value, encodeURIComponent(value)), "lenient");
  assert(found(value, strict), "strict");
  assert(found(value, strict.replaceAll(/%../g, (hex) => hex.toLowerCase())), "lower case");
  assert(found(value, strict.replace("%2F", "/")), "slash left alone");
  assert(found(value, new URLSearchParams({ value: `${value}*~` }).toString()), "form");
  assert(found(value, strict.replaceAll("%20", "+")), "form, strict");
});

Deno.test("derivedForms() finds a value inside base64 and base64url at each alignment", () => {
  const secret = "s3cr3t?>~value-with-length";
  for (const before of ["", "a", "ab", "abc", "user:"]) {
    for (const after of ["", "z", "zz", "zzz"]) {
      const encoded = btoa(before + secret + after);
      assert(found(secret, encoded), encoded);
      assert(found(secret, encoded.replaceAll("+", "-").replaceAll("/", "_")), encoded);
    }
  }
});

Deno.test("derivedForms() leaves base64 out when its stable part is short", () => {
  const forms = derivedForms("12345678");
  assertEquals(forms.filter((form) => form !== "12345678"), []);
});

Deno.test("derivedForms() takes each long line of a value with several lines", () => {
  const lines = ["-----BEGIN OPENSSH PRIVATE KEY-----", "b3BlbnNzaC1rZXktdjEAAAAA", "short", "x"];
  const forms = derivedForms(lines.join("\r\n"));
  assert(forms.includes("b3BlbnNzaC1rZXktdjEAAAAA"));
  assert(forms.includes(lines.join("\n")), "with other line ends");
  assert(!forms.includes("short"));
  assert(!forms.includes("-----BEGIN OPENSSH PRIVATE KEY-----"));
});
