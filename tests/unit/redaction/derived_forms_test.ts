import { assert, assertEquals } from "@std/assert";
import { derivedForms } from "../../../src/redaction/derived_forms.ts";

/** Whether one of the forms stands in `text`. */
function found(value: string, text: string): boolean {
  return derivedForms(value).some((form) => text.includes(form));
}

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

Deno.test("derivedForms() finds the shortest guessed secret in base64 at each alignment", () => {
  for (const before of ["", "a", "ab"]) assert(found("12345678", btoa(`${before}12345678zz`)));
});

Deno.test("derivedForms() leaves base64 out when its stable part is short", () => {
  assertEquals(derivedForms("1234"), ["1234", "31323334"]);
});

Deno.test("derivedForms() finds a value in hexadecimal digits of both cases", () => {
  assert(found("jkl/äö-mno", "..6a6b6c2fc3a4c3b62d6d6e6f.."));
  assert(found("jkl/äö-mno", "..6A6B6C2FC3A4C3B62D6D6E6F.."));
});

Deno.test("derivedForms() takes each long line of a value with several lines", () => {
  const lines = ["-----BEGIN OPENSSH PRIVATE KEY-----", "b3BlbnNzaC1rZXktdjEAAAAA", "short", "x"];
  const forms = derivedForms(lines.join("\r\n"));
  assert(forms.includes("b3BlbnNzaC1rZXktdjEAAAAA"));
  assert(forms.includes(lines.join("\n")), "with other line ends");
  assert(!forms.includes("short"));
  assert(!forms.includes("-----BEGIN OPENSSH PRIVATE KEY-----"));
});
