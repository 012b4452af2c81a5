import { assertEquals } from "@std/assert";
import { createRedactor } from "../../../src/redaction/redactor.ts";

const { text } = createRedactor([]);
const a = (count: number) => "aB3dE6gH9".repeat(20).slice(0, count);
const jwt = `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.${a(43)}`;
const awsSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/** Tokens are put together here so that no file of the project looks like it holds one. */
const tokens: [name: string, token: string][] = [
  ...["ghp", "gho", "ghu", "ghs", "ghr"].map((kind): [string, string] => [
    "GITHUB_TOKEN",
    `${kind}_${a(36)}`,
  ]),
  ["GITHUB_TOKEN", `github_pat_${a(22)}_${a(59)}`],
  ["OPENAI_API_KEY", `sk-${a(48)}`],
  ["OPENAI_API_KEY", `sk-proj-${a(20)}-_${a(30)}`],
  ["OPENAI_API_KEY", `sk-svcacct-${a(40)}`],
  ["ANTHROPIC_API_KEY", `sk-ant-api03-${a(40)}-AA`],
  ["SLACK_TOKEN", `xoxb-123456789012-${a(24)}`],
  ["SLACK_TOKEN", `xoxp-${a(30)}`],
  ["SLACK_TOKEN", `xapp-1-${a(40)}`],
  ["AWS_ACCESS_KEY_ID", "AKIA" + "IOSFODNN7EXAMPLE"],
  ["AWS_ACCESS_KEY_ID", "ASIA" + "IOSFODNN7EXAMPLE"],
  ["JWT", jwt],
];

for (const [name, token] of tokens) {
  Deno.test(`shapes find ${name} in its surroundings when it looks like ${token.slice(0, 8)}`, () => {
    const shown = `[redacted:${name}]`;
    const texts = [
      "%",
      " %\n",
      `{"key":"%"}`,
      `"\\n%\\n"`,
      "Authorization: Bearer %, more",
      "https://x-access-token:%@host/path",
      "?t=%3D%&x",
      "(%)",
      "KEY=%;",
      "\\u001b[32m% ok",
    ];
    for (const around of texts) {
      const place = around.lastIndexOf("%");
      const put = (what: string) => around.slice(0, place) + what + around.slice(place + 1);
      const escaped = around.includes("?t=") ? around.replace("%&", "%s&") : null;
      if (escaped) assertEquals(text(escaped.replace("%s", token)), escaped.replace("%s", shown));
      else assertEquals(text(put(token)), put(shown));
    }
  });
}

const plain = [
  "feat/task-implement-user-authentication-and-more",
  "risk-abcdefghijklmnopqrstuvwxyz0123",
  "sk-learn and sk-short",
  "ghp_short and ghs_some_function_name_in_code",
  "AKIAIOSFODNN7EXAMPL and XAKIAIOSFODNN7EXAMPLE and AKIAIOSFODNN7EXAMPLEX",
  "eyJhbGciOiJIUzI1NiJ9 alone",
  "eyJ.a.b",
  "xoxb-1",
  "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
  "0123456789abcdef0123456789abcdef01234567",
  "-".repeat(100),
];

for (const sample of plain) {
  Deno.test(`shapes leave ordinary text alone when it is ${sample.slice(0, 40)}`, () => {
    assertEquals(text(sample), sample);
  });
}

Deno.test("shapes find the AWS secret key next to its id or its name", () => {
  const id = "AKIA" + "IOSFODNN7EXAMPLE";
  const key = "[redacted:AWS_SECRET_ACCESS_KEY]";
  assertEquals(text(`${id},${awsSecret}\n`), `[redacted:AWS_ACCESS_KEY_ID],${key}\n`);
  assertEquals(text(`aws_secret_access_key = ${awsSecret}`), `aws_secret_access_key = ${key}`);
  assertEquals(text(`AWS_SECRET_ACCESS_KEY=${awsSecret}`), `AWS_SECRET_ACCESS_KEY=${key}`);
  assertEquals(
    text(`{"SecretAccessKey": "${awsSecret}"}`),
    `{"SecretAccessKey": "${key}"}`,
  );
  assertEquals(
    text(`{\\"SecretAccessKey\\":\\"${awsSecret}\\"}`),
    `{\\"SecretAccessKey\\":\\"${key}\\"}`,
  );
  assertEquals(text(awsSecret), awsSecret);
});

const body = Array.from({ length: 6 }, () => a(64));
const frame = (kind: string) => [`-----BEGIN ${kind}-----`, `-----END ${kind}-----`] as const;

for (const kind of ["PRIVATE KEY", "RSA PRIVATE KEY", "OPENSSH PRIVATE KEY"]) {
  Deno.test(`shapes find a block when it is ${kind}`, () => {
    const [begin, end] = frame(kind);
    const lines = [begin, ...body, "ab==", end];
    const shown = "[redacted:PRIVATE_KEY]";
    assertEquals(text(`a\n${lines.join("\n")}\nb.`), `a\n${shown}\nb.`);
    assertEquals(text(`a\n${lines.join("\r\n")}\nb.`), `a\n${shown}\nb.`);
    assertEquals(text(`"${lines.join("\\n")}\\n"`), `"${shown}\\n"`);
    assertEquals(text(`key: |\n  ${lines.join("\n  ")}\nb.`), `key: |\n  ${shown}\nb.`);
    assertEquals(text(`K='${lines.join(" ")}'`), `K='${shown}'`);
    assertEquals(text(`"${lines.join('\\n" +\n"')}"`), `"${shown}"`);
  });
}

Deno.test("shapes find a block with headers", () => {
  const [begin, end] = frame("PGP PRIVATE KEY BLOCK");
  const lines = [begin, "Version: GnuPG v2", "", ...body, "=abcd", end];
  assertEquals(text(lines.join("\n")), "[redacted:PRIVATE_KEY]");
  const [rsa, rsaEnd] = frame("RSA PRIVATE KEY");
  const old = [rsa, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,00FF", "", ...body, rsaEnd];
  assertEquals(text(old.join("\n")), "[redacted:PRIVATE_KEY]");
});

Deno.test("shapes keep what follows a block that was cut off", () => {
  const [begin] = frame("PRIVATE KEY");
  const cut = [begin, ...body.slice(0, 2)].join("\n");
  assertEquals(
    text(`${cut}\n[... 99 bytes dropped ...]\nError: it failed`),
    "[redacted:PRIVATE_KEY][... 99 bytes dropped ...]\nError: it failed",
  );
  assertEquals(
    text(`found "${begin}" in the file a.ts`),
    `found "[redacted:PRIVATE_KEY]in the file a.ts`,
  );
});

Deno.test("shapes find a token behind what only looks like the beginnings of many, in time", () => {
  const begun = "eyJ".repeat(200_000);
  const started = performance.now();
  assertEquals(text(`${begun} ${jwt}`), `${begun} [redacted:JWT]`);
  assertEquals(text(`${begun}.x ${jwt}`), `${begun}.x [redacted:JWT]`);
  assertEquals(text(begun), begun);
  // Generous: it took 20 s when each beginning was followed on its own.
  assertEquals(performance.now() - started < 8000, true);
});

const addresses: [before: string, password: string, after: string][] = [
  ["postgres://someone:", "pw", "@db.example/name"],
  ["git clone https://oauth2:", "S3cret.t0ken", "@git.example/a.git."],
  ["redis://:", "only-a-password", "@localhost:6379"],
  ["mongodb+srv://user%40x:", "p%2Fw:x,y!$", "@a,b/?c=d"],
  ['{"url":"amqp:\\/\\/guest:', "guest", '@host\\/v","x":"a@b"}'],
  ['"{\\"url\\":\\"amqp:\\\\/\\\\/guest:', "guest", '@host\\\\/v\\"}"'],
  ["https://user:", "p@ss@word", "@host/a@b"],
  ["see <ftp://me:", "x", "@host> for more"],
];
for (const [before, password, after] of addresses) {
  Deno.test(`shapes find a password in an address when it is ${before}`, () => {
    const shown = `${before}[redacted:URL_PASSWORD]${after}`;
    assertEquals(text(before + password + after), shown);
    assertEquals(text(shown), shown);
    const whole = `${before}${password}${after} `;
    for (let at = 1; at < whole.length; at++) {
      const stream = createRedactor([]).stream();
      const output = stream.push(whole.slice(0, at)) + stream.push(whole.slice(at));
      assertEquals(output + stream.end(), `${shown} `, `cut at ${at}`);
    }
  });
}

Deno.test("shapes leave an address without a password alone", () => {
  const plain = [
    "https://example.com:8080/a@b and http://[::1]:80/x@y and git@github.com:a/b.git",
    "https://user@example.com/x:y@z mailto://a postgres://host:5432/db?user=a@b",
    "postgres://user:${PASSWORD}@host postgres://user:<password>@host http://h:80 a@b",
    "https://user:[redacted:TOKEN]@example.com/",
  ];
  for (const sample of plain) assertEquals(text(sample), sample);
});

Deno.test("shapes name a known secret in an address as what it is", () => {
  const known = createRedactor([{ name: "DB_PASSWORD", value: "s3cr3t-pw" }]);
  assertEquals(known.text("pg://u:s3cr3t-pw@h"), "pg://u:[redacted:DB_PASSWORD]@h");
  const token = `ghp_${a(36)}`;
  assertEquals(text(`https://x:${token}@h`), "https://x:[redacted:GITHUB_TOKEN]@h");
});

Deno.test("stream() gives out a line that ends in an address at once", () => {
  const stream = createRedactor([]).stream();
  assertEquals(stream.push("see https://example.com\n"), "see https://example.com\n");
});
