/**
 * The webhook: events as JSON, posted to a program.
 *
 * @module
 */
import { basename } from "@std/path";
import type { ReadEvent } from "../protocol/events.ts";
import type { TaskEvent, WebhookConfig } from "../protocol/generated/types.ts";
import { resolveSettings } from "../protocol/settings.ts";
import type { World } from "../sys/world.ts";
import { cloudEventType, defaultSource, toCloudEvent } from "./cloud_events.ts";
import { deliverInPass } from "./deliver_in_pass.ts";
import { receiverOf } from "./receiver.ts";
import { receiverSink } from "./receiver_sink.ts";
import type { Sink } from "./sink.ts";
import {
  certificatesOf,
  requireAddress,
  secretOf,
  type SettingsPlace,
  type SinkSettings,
  tokenOf,
  wrongSecret,
} from "./sink_settings.ts";
import { isSigningSecret, signatureHeaders } from "./standard_webhooks.ts";

/** What the webhook needs of the outside. */
export type WebhookWorld = Pick<World, "http" | "env" | "clock" | "files">;

const path = "macp.webhook";

/**
 * The sink of the settings `macp.webhook`, whether enabled or not.
 *
 * Throws `MacpError` of kind usage, code `sink_unusable`, when they are wrong.
 *
 * @param repository Root of the repository.
 */
export function webhookSink(
  world: WebhookWorld,
  settings: SinkSettings["webhook"],
  repository: string,
): Sink {
  const place: SettingsPlace = { world, repository };
  const secrets = signingSecrets(place, settings);
  const source = settings.source ?? defaultSource(basename(repository));
  const receiver = receiverOf(world, {
    url: requireAddress(place, settings, path),
    timeoutSeconds: settings.timeout_seconds,
    retryCount: settings.retry_count,
    authToken: tokenOf(place, settings, { path, key: "auth_token" }),
    certificates: certificatesOf(place, settings.ca_file, path),
    secrets,
    identity: [settings.format],
  });
  return receiverSink(receiver, {
    name: "webhook",
    audience: "programs",
    eventFilter: settings.event_filter,
    render: (event, { id }) => {
      const content = contentOf(event, { id, source, format: settings.format });
      return sign(content, { id, secrets, now: world.clock.now() });
    },
  });
}

/** The secrets that sign, the newest first. */
function signingSecrets(place: SettingsPlace, settings: SinkSettings["webhook"]): string[] {
  const keys = ["signing_secret", "previous_signing_secret"];
  const secrets = keys.map((key) => secretOf(place, settings, { path, key }));
  for (const [index, secret] of secrets.entries()) {
    if (secret === "" || isSigningSecret(secret)) continue;
    const at = { path, key: keys[index] ?? "" };
    throw wrongSecret(settings, at, "it is not whsec_ and base64 of 24 to 64 bytes", [
      'Make one with: echo "whsec_$(openssl rand -base64 32)"',
    ]);
  }
  return secrets.filter((secret) => secret !== "");
}

/** What is posted, before it is signed. */
interface Content {
  body: string;
  headers?: Readonly<Record<string, string>>;
}

function contentOf(
  event: ReadEvent,
  { id, source, format }: { id: string; source: string; format: "event" | "cloudevents" },
): Content {
  if (format === "event") return { body: JSON.stringify(event) };
  return {
    body: JSON.stringify(toCloudEvent(event, { id, source })),
    headers: { "content-type": cloudEventType },
  };
}

async function sign(
  { body, headers = {} }: Content,
  about: { id: string; secrets: readonly string[]; now: number },
): Promise<Content> {
  if (about.secrets.length === 0) return { body, headers };
  return { body, headers: { ...headers, ...await signatureHeaders({ ...about, body }) } };
}

/** What `sendWebhook` and `createWebhookCallback` can be told besides the settings. */
export interface WebhookOptions {
  /** Root of the repository; the working folder unless given. */
  repository?: string;
  /** Told, without a secret, why an event did not arrive. */
  onFailure?: (message: string) => void;
  signal?: AbortSignal;
}

/**
 * Posts one event, with tries and time as the settings say, whatever its type and whether
 * or not the webhook is enabled.
 *
 * Throws `MacpError` of kind usage when the settings are wrong; never for what the receiver
 * does.
 *
 * @param config As under `macp.webhook` of a configuration file.
 * @returns Whether the receiver has it.
 */
export async function sendWebhook(
  world: WebhookWorld & Pick<World, "uuid">,
  event: TaskEvent | ReadEvent,
  { config, ...options }: WebhookOptions & { config: WebhookConfig },
): Promise<boolean> {
  const sink = webhookSink(world, complete(config), options.repository ?? ".");
  return await send(world, sink, { event, ...options });
}

/**
 * Makes a callback that posts the events that pass the settings' filter. A failure is told
 * to `onFailure` and never thrown, so that it stops no watcher.
 *
 * Throws `MacpError` of kind usage when the settings are wrong.
 *
 * @param options.config As under `macp.webhook` of a configuration file.
 */
export function createWebhookCallback(
  world: WebhookWorld & Pick<World, "uuid">,
  { config, ...options }: WebhookOptions & { config: WebhookConfig },
): (event: TaskEvent | ReadEvent) => Promise<void> {
  const sink = webhookSink(world, complete(config), options.repository ?? ".");
  return async (event) => {
    if (sink.accepts(asRead(event))) await send(world, sink, { event, ...options });
  };
}

async function send(
  world: Pick<World, "clock" | "uuid">,
  sink: Sink,
  { event, onFailure, signal }: WebhookOptions & { event: TaskEvent | ReadEvent },
): Promise<boolean> {
  const outcome = await deliverInPass(world, sink, {
    event: asRead(event),
    signal: signal ?? new AbortController().signal,
  });
  if ("reason" in outcome) onFailure?.(`Cannot deliver event ${event.event_id}: ${outcome.reason}`);
  return outcome.kind === "delivered";
}

function asRead(event: TaskEvent | ReadEvent): ReadEvent {
  return { ...event, metadata: event.metadata ?? {} };
}

function complete(config: WebhookConfig): SinkSettings["webhook"] {
  return resolveSettings([{ origin: "argument", values: { macp: { webhook: config } } }])
    .settings.macp.webhook;
}
