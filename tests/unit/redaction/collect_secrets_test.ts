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

Deno.test("collectSecrets() takes the names by which passwords and credentials go", () => {
  const names = ["DB_PASSWD", "dbPasswd", "GH_PAT", "PAT", "SMTP_PASS", "MYSQL_PWD", "PASS2"];
  names.push("SSH_PASSPHRASE", "AZURE_CREDENTIALS", "GIT_CREDENTIAL", "NPM_CREDS");
  const env = Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
  assertEquals(collectSecrets({ env, names: [] }).map(({ name }) => name), names.toSorted());
});

Deno.test("collectSecrets() leaves out names that only look like these, and paths", () => {
  const names = ["PATH", "GOPATH", "NODE_PATH", "CREDENTIALS_PATH", "PATTERN", "PATCH", "COMPASS"];
  names.push("PWD", "OLDPWD", "SSH_AUTH_SOCK", "AUTH_METHOD", "PASSED", "BYPASS", "HOME", "XPAT");
  const env = {
    ...Object.fromEntries(names.map((name) => [name, `value of ${name}`])),
    GOOGLE_APPLICATION_CREDENTIALS: "/home/someone/key.json",
    ...{ INIT_PWD: "./folder", OTHER_CREDS: "~/.netrc", WIN_CREDENTIALS: "C:\\Users\\x" },
  };
  assertEquals(collectSecrets({ env, names: [] }), []);
});
