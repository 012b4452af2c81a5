/**
 * What is published to ntfy.
 *
 * @module
 */
import { bytesOf, limitText } from "./limit_text.ts";
import { ntfyMarkup } from "./neutralise_ntfy.ts";
import { plainLine, plainLines } from "./plain_text.ts";
import { detailOf, type Notification } from "./render_notification.ts";

/** Body of a request that publishes as JSON, to be sent by `visibleJson` with its `topic`. */
export interface NtfyMessage {
  title: string;
  message: string;
  /** From 1 to 5; 3 is the default of ntfy. */
  priority: 2 | 4;
  tags: string[];
  /** What a tap opens. */
  click?: string;
}

/** Longest title, in bytes. */
const mostOfTitle = 250;

/** An alert as plain text; the message is kept to 4096 bytes, with its link whole. */
export function ntfyMessage(notification: Notification): NtfyMessage {
  const { link, priority, tags } = notification;
  const title = limitText(plainLine(notification.title), { most: mostOfTitle, size: bytesOf });
  const tail = link === null ? "" : `Thread: ${link}`;
  const detail = limitText(plainLines(detailOf(notification)), {
    most: ntfyMarkup.most - bytesOf(`\n${tail}`),
    size: bytesOf,
  });
  return {
    title,
    // An empty message is shown as "triggered".
    message: [detail, tail].filter((line) => line !== "").join("\n") || title,
    priority: priority === "high" ? 4 : 2,
    tags: [...tags],
    ...(link === null ? {} : { click: link }),
  };
}
