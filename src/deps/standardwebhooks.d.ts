/** Types of the part of `standardwebhooks` that the project uses. */
export class Webhook {
  /** @param secret `whsec_` and base64. Throws `Error` when it is not. */
  constructor(secret: string);
  /** Signature with its version, `v1,…`. */
  sign(messageId: string, timestamp: Date, payload: string): string;
  /** The payload, parsed. Throws `Error` when no signature fits, or the time is far off. */
  verify(payload: string, headers: Record<string, string>): unknown;
}
