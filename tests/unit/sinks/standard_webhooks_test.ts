import { assertEquals } from "@std/assert";
import { isSigningSecret, signatureHeaders } from "../../../src/sinks/standard_webhooks.ts";

Deno.test("signatureHeaders() makes the published signature", async () => {
  const headers = await signatureHeaders({
    id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
    body: '{"test": 2432232314}',
    now: 1_614_265_330_999,
    secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
  });
  assertEquals(headers, {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

Deno.test("isSigningSecret() asks for whsec_ and base64 of 24 to 64 bytes", () => {
  const secretOf = (bytes: number) => `whsec_${new Uint8Array(bytes).fill(251).toBase64()}`;
  assertEquals([23, 24, 25, 26, 32, 63, 64, 65].map((bytes) => isSigningSecret(secretOf(bytes))), [
    false,
    true,
    true,
    true,
    true,
    true,
    true,
    false,
  ]);
  const encoded = secretOf(24).slice("whsec_".length);
  for (
    const wrong of [
      "",
      "whsec_",
      encoded,
      `whsk_${encoded}`,
      `whsec_${encoded} `,
      `whsec_${encoded}=`,
    ]
  ) {
    assertEquals(isSigningSecret(wrong), false, wrong);
  }
});
