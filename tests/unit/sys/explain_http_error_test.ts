import { assertEquals } from "@std/assert";
import { explainHttpError, failedToConnect } from "../../../src/sys/explain_http_error.ts";

const url = "error sending request for url (https://hooks.example.org/s3cret): client error";

for (
  const [message, expected] of [
    [`${url} (Connect): invalid peer certificate: Expired`, "its certificate has expired"],
    [
      `${url} (Connect): invalid peer certificate: certificate expired: verification time 1`,
      "its certificate has expired",
    ],
    [`${url} (Connect): invalid peer certificate: NotValidYet`, "its certificate is not valid yet"],
    [`${url} (Connect): invalid peer certificate: BadEncoding`, "its certificate is not valid"],
    [`${url} (Connect): tcp connect error: Network is unreachable`, "there is no way to it"],
    [
      `${url} (SendRequest): connection error: Connection reset by peer`,
      "it broke the connection off",
    ],
    [`${url} (Connect): something new about /s3cret`, "the request failed"],
  ] as const
) {
  Deno.test(`explainHttpError() says "${expected}" for ${message.slice(url.length)}`, () => {
    assertEquals(explainHttpError(message), expected);
  });
}

Deno.test("failedToConnect() tells whether anything was sent", () => {
  assertEquals(failedToConnect(`${url} (Connect): tcp connect error`), true);
  assertEquals(failedToConnect(`${url} (SendRequest): connection closed`), false);
});
