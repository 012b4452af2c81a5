/**
 * Messages that are no events, such as the digest.
 *
 * @module
 */
import { type PassWorld, tryInPass } from "./deliver_in_pass.ts";
import type { Receiver } from "./receiver.ts";

/**
 * Posts a message, with as many tries and as much time as the settings of the receiver give.
 *
 * @returns Why it did not arrive, without a secret; null when it did.
 */
export async function postMessage(
  world: PassWorld,
  receiver: Receiver,
  body: string,
): Promise<string | null> {
  const id = world.uuid();
  const outcome = await tryInPass(world, {
    retryCount: receiver.retryCount,
    timeoutMs: receiver.timeoutMs,
    signal: new AbortController().signal,
    attempt: (signal) => receiver.send({ id, body }, signal),
  });
  return "reason" in outcome ? outcome.reason : null;
}
