/**
 * Signatures by which a receiver knows who sent an event (Standard Webhooks).
 *
 * @module
 */

/** What is signed. */
export interface Signed {
  /** The same at every delivery of one event. */
  id: string;
  /** Exactly what is posted. */
  body: string;
  /** Milliseconds since the epoch, of this try. */
  now: number;
  /** The secret, and while it is being replaced the one before. */
  secrets: readonly string[];
}

/** The three headers, with a signature for each secret. */
export async function signatureHeaders(
  { id, body, now, secrets }: Signed,
): Promise<Record<string, string>> {
  // Loaded when something is signed: most calls of the program sign nothing.
  const { Webhook } = await import("standardwebhooks");
  const seconds = Math.floor(now / 1000);
  const time = new Date(seconds * 1000);
  return {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": secrets.map((secret) => new Webhook(secret).sign(id, time, body)).join(
      " ",
    ),
  };
}

/** Whether a text is `whsec_` and base64 of 24 to 64 bytes. */
export function isSigningSecret(text: string): boolean {
  const encoded = /^whsec_((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/
    .exec(text)?.[1];
  if (encoded === undefined) return false;
  const bytes = encoded.length / 4 * 3 - (encoded.length - encoded.replace(/=+$/, "").length);
  return bytes >= 24 && bytes <= 64;
}
