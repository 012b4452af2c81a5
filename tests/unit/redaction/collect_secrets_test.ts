import { assertEquals } from "@std/assert";
import { collectSecrets } from "../../../src/redaction/collect_secrets.ts";

Deno.test("collectSecrets() takes variables by their names when the value has 8 characters", () => {
  const env = {
    MY_TOKEN: "12345678",
    client_secret: "abcdefgh",
    DbPassword: "correct horse",
    API_KEY: "k-0123456789",
    SHORT_TOKEN: "1234567",
    HOME: "/home/someone",
  };
  assertEquals(collectSecrets({ env, names: [] }).map(({ name }) => name), [
    "API_KEY",
    "DbPassword",
    "MY_TOKEN",
    "client_secret",
  ]);
});

Deno.test("collectSecrets() takes named variables whatever their name, from 4 characters on", () => {
  const env = { WEBHOOK: "hook", PIN: "123", HOME: "/root" };
  assertEquals(collectSecrets({ env, names: ["WEBHOOK", "PIN", "MISSING"] }), [
    { name: "WEBHOOK", value: "hook" },
  ]);
});

Deno.test("collectSecrets() names a value once, by the configured name, without outer blanks", () => {
  const env = { A_TOKEN: "same-value", HOOK: " same-value\n" };
  assertEquals(collectSecrets({ env, names: ["HOOK"] }), [{ name: "HOOK", value: "same-value" }]);
});

Deno.test("collectSecrets() looks at own variables only", () => {
  assertEquals(collectSecrets({ env: {}, names: ["constructor", "__proto__"] }), []);
});
