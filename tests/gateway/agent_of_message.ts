/**
 * A model that does what macp's message tells an agent, and knows nothing but that message.
 *
 * @module
 */
import type { Model, Turn } from "./fake_provider.ts";

/** What the message tells the agent. */
export interface Told {
  /** The message as the gateway hands it on. */
  prompt: string;
  /** Where the answer is to be written. */
  path: string;
  /** The JSON that it must write. */
  form: Record<string, unknown>;
  /** Why an earlier attempt failed, or null. */
  retry: string | null;
}

/** What the agent writes: a text as it is, anything else as JSON. */
export type Answering = (told: Told) => unknown;

/** An agent that writes its answer with the gateway's tool, and then says so. */
export function agentThat(answers: Answering): Model {
  return async (turn) => {
    const told = readMessage(turn);
    if (told === null || turn.toolResults.length > 0) return { text: "Done" };
    const answer = await answers(told);
    const content = typeof answer === "string" ? answer : JSON.stringify(answer, null, 2);
    return { tool: "write", args: { path: told.path, content } };
  };
}

/** Takes a message apart; null when it is none of macp's. */
export function readMessage({ prompt }: Turn): Told | null {
  const path = /write your response as a JSON file to:\s*\n\s*(\/\S+)/.exec(prompt)?.[1];
  const form = /```json\n(.*?)\n```/s.exec(prompt)?.[1];
  if (path === undefined || form === undefined) return null;
  const retry = /RETRY \(attempt \d+\): (.*)/.exec(prompt)?.[1] ?? null;
  return { prompt, path, form: JSON.parse(form), retry };
}

/** The form of the message, filled in. */
export function filled({ form }: Told, fields: Record<string, unknown> = {}): unknown {
  const deliverable = { type: "analysis", title: "Count", path: null, summary: "It is counted" };
  const timestamp = new Date().toISOString();
  return { ...form, deliverable, confidence: "high", notes: "", timestamp, ...fields };
}
