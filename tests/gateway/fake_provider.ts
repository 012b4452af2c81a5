/**
 * A model provider for a real gateway: it speaks the chat completions of OpenAI on the
 * loopback, and a function of the test takes the part of the model.
 *
 * @module
 */

/** What the gateway asks the model, as far as tests need it. */
export interface Turn {
  /** The newest message of the user: what was sent to the hook, as the gateway wraps it. */
  prompt: string;
  /** What the tools that were called since then gave, in order. */
  toolResults: string[];
  /** Name of the model that was asked for. */
  model: string;
  /** Text of the system message. */
  system: string;
  /** Names of the tools that the model may call. */
  tools: string[];
}

/** What the model answers: a tool call, a last text, or an error of the provider. */
export type Reply =
  | { tool: string; args: Record<string, unknown> }
  | { text: string }
  | { fails: number };

/** A model. What it throws is a failure of the provider. */
export type Model = (turn: Turn) => Reply | Promise<Reply>;

/** The provider while it is up. */
export interface FakeProvider {
  port: number;
  /** Every turn that was asked, in order. */
  turns: Turn[];
  /** Plays the model; a test sets it. */
  model: Model;
  stop(): Promise<void>;
}

/** A message of a chat, as the gateway sends it. */
interface Message {
  role: string;
  content?: string | { text?: string }[] | null;
}

/** The part of a request that is read. */
interface ChatRequest {
  model?: string;
  stream?: boolean;
  messages?: Message[];
  tools?: { function?: { name?: string } }[];
}

/** The gateway adds a message of this kind after the prompt. */
const internal = "<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>";

/** Listens on a free port of 127.0.0.1. */
export function startFakeProvider(): FakeProvider {
  const over = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, signal: over.signal },
    (request) => answer(request, provider),
  );
  const provider: FakeProvider = {
    port: server.addr.port,
    turns: [],
    model: () => ({ text: "Nothing to do" }),
    async stop() {
      over.abort();
      await server.finished;
    },
  };
  return provider;
}

async function answer(request: Request, provider: FakeProvider): Promise<Response> {
  const text = await request.text();
  if (request.method !== "POST") {
    return Response.json({ object: "list", data: [{ id: "fake-1", object: "model" }] });
  }
  const asked: ChatRequest = JSON.parse(text);
  const turn = turnOf(asked);
  provider.turns.push(turn);
  try {
    const reply = await provider.model(turn);
    if ("fails" in reply) return failure(reply.fails, "Failed as the test wants it");
    return asked.stream ? streamed(turn, reply) : whole(turn, reply);
  } catch (error) {
    return failure(500, String(error));
  }
}

function turnOf({ messages = [], model = "", tools = [] }: ChatRequest): Turn {
  const newest = messages.findLastIndex((message) =>
    message.role === "user" && !textOf(message).startsWith(internal)
  );
  const system = messages.find(({ role }) => role === "system" || role === "developer");
  return {
    prompt: newest < 0 ? "" : textOf(messages[newest]),
    toolResults: messages.slice(newest + 1).filter(({ role }) => role === "tool").map(textOf),
    model,
    system: textOf(system),
    tools: tools.map((tool) => tool.function?.name ?? ""),
  };
}

function textOf(message: Message | undefined): string {
  const content = message?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text }) => text ?? "").join("\n");
}

function failure(status: number, message: string): Response {
  return Response.json({ error: { message, type: "server_error" } }, { status });
}

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };

/** An answer's head, and what the model says in it. */
function parts(turn: Turn, reply: Exclude<Reply, { fails: number }>) {
  const head = {
    id: `chatcmpl-${crypto.randomUUID()}`,
    created: Math.floor(Date.now() / 1000),
    model: turn.model,
  };
  if ("text" in reply) return { head, said: { content: reply.text }, reason: "stop" };
  const call = {
    index: 0,
    id: `call_${crypto.randomUUID().slice(0, 8)}`,
    type: "function",
    function: { name: reply.tool, arguments: JSON.stringify(reply.args) },
  };
  return { head, said: { content: null, tool_calls: [call] }, reason: "tool_calls" };
}

function whole(turn: Turn, reply: Exclude<Reply, { fails: number }>): Response {
  const { head, said, reason } = parts(turn, reply);
  const choice = { index: 0, finish_reason: reason, message: { role: "assistant", ...said } };
  return Response.json({ ...head, object: "chat.completion", usage, choices: [choice] });
}

function streamed(turn: Turn, reply: Exclude<Reply, { fails: number }>): Response {
  const { head, said, reason } = parts(turn, reply);
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...head,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, finish_reason }],
  });
  const chunks = [
    chunk({ role: "assistant" }, null),
    chunk(said, null),
    chunk({}, reason),
    { ...chunk({}, null), choices: [], usage },
  ];
  const lines = [...chunks.map((one) => JSON.stringify(one)), "[DONE]"];
  return new Response(lines.map((line) => `data: ${line}\n\n`).join(""), {
    headers: { "content-type": "text/event-stream" },
  });
}
