/**
 * Ringing the doorbell through whatever carries it.
 *
 * @module
 */
import {
  type DoorbellOptions,
  type Issue,
  type Notification,
  renderNotification,
} from "./render_notification.ts";

/** Carries an alert to people; what it gives is handed back. Throws when it cannot. */
export type Sender<T = void> = (notification: Notification) => T | Promise<T>;

/**
 * Renders an alert and hands it to its sender. It does nothing else: it sends once, and a
 * failure of the sender comes through, so that the caller decides about another try.
 *
 * @example
 * ```ts ignore
 * import { Notifier } from "./notifier.ts";
 * const notifier = new Notifier(({ title }) => console.log(title));
 * await notifier.notify("frozen", { repo: "infra", number: 42 }, null, "3 attempts failed");
 * // [FROZEN] infra#42 frozen — budget exhausted
 * ```
 */
export class Notifier<T = void> {
  readonly #sender: Sender<T>;
  readonly #options: DoorbellOptions;

  constructor(sender: Sender<T>, options: DoorbellOptions = {}) {
    this.#sender = sender;
    this.#options = options;
  }

  /**
   * Sends one alert; arguments as of `renderNotification`. Throws `MacpError` of kind usage
   * for an unknown kind, before anything is sent, and what the sender throws.
   */
  async notify(kind: string, issue: Issue, threadId: string | null, detail: string): Promise<T> {
    return await this.#sender(renderNotification(kind, issue, threadId, detail, this.#options));
  }
}
