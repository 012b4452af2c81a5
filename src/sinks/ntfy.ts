/**
 * ntfy: the doorbell on a phone.
 *
 * @module
 */
import { ntfyMessage } from "../events/ntfy_message.ts";
import { visibleJson } from "../events/visible_json.ts";
import type { Doorbell } from "./doorbell.ts";
import { receiverOf, type ReceiverWorld } from "./receiver.ts";
import {
  certificatesOf,
  requireAddress,
  type SettingsPlace,
  type SinkSettings,
  tokenOf,
  wrongSecret,
} from "./sink_settings.ts";

const path = "macp.ntfy";

/**
 * The doorbell of the settings `macp.ntfy`. Throws `MacpError` of kind usage, code
 * `sink_unusable`, when they are wrong.
 */
export function ntfyDoorbell(
  place: SettingsPlace<ReceiverWorld>,
  settings: SinkSettings["ntfy"],
): Doorbell {
  const { server, topic } = splitTopic(requireAddress(place, settings, path), settings);
  const receiver = receiverOf(place.world, {
    url: server,
    timeoutSeconds: settings.timeout_seconds,
    retryCount: settings.retry_count,
    authToken: tokenOf(place, settings, { path, key: "auth_token" }),
    certificates: certificatesOf(place, settings.ca_file, path),
    // Who knows the topic can read along: it is a secret too.
    secrets: [topic],
  });
  const bodyOf: Doorbell["bodyOf"] = (notification) =>
    visibleJson({ topic, ...ntfyMessage(notification) });
  return { name: "ntfy", receiver, bodyOf };
}

/**
 * The server, to which JSON is posted, and the topic: the last part of the address. A
 * header could not hold every title.
 */
function splitTopic(url: URL, settings: SinkSettings["ntfy"]): { server: URL; topic: string } {
  const [, folder = "", topic = ""] = /^(.*\/)([A-Za-z0-9_-]{1,64})\/*$/.exec(url.pathname) ?? [];
  if (topic === "") {
    const at = { path, key: "url" };
    throw wrongSecret(settings, at, `it does not end with a topic: ${url.host}`, [
      "Give the whole address of the topic, such as https://ntfy.sh/my-topic",
    ]);
  }
  const server = new URL(url);
  server.pathname = folder;
  return { server, topic };
}
