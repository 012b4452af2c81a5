/**
 * A headless Chromium, driven by its DevTools protocol.
 *
 * @module
 */
import { join } from "@std/path";

/** Names of the program, the first one that is found is taken. */
const programs = ["chromium", "chromium-browser", "google-chrome"];

/** Milliseconds that an answer may take. */
const answerMs = 60_000;

/** Path of a Chromium, or null where there is none. */
export function findChromium(): string | null {
  const named = Deno.env.get("CHROMIUM_BIN");
  if (named) return named;
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  const paths = folders.flatMap((folder) => programs.map((name) => join(folder, name)));
  return paths.find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  }) ?? null;
}

/** A message of the protocol. */
interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** What a page said and asked for. */
export interface Heard {
  /** Texts of the console's warnings and errors, of exceptions and of refused content. */
  complaints: string[];
  /** Addresses that were asked for. */
  requests: string[];
}

/** How a page is looked at. */
export interface Look {
  width: number;
  height: number;
  dark?: boolean;
  /** Media type. */
  media?: "screen" | "print";
}

/** An open page. */
export interface Page {
  heard: Heard;
  look(look: Look): Promise<void>;
  open(path: string): Promise<void>;
  /** Value of an expression, awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** The whole page in one picture, or what the window shows of it. */
  screenshot(path: string, whole?: boolean): Promise<void>;
  press(key: string, code: number): Promise<void>;
}

/** Calls `use` with an empty page of a browser of its own, which is ended afterwards. */
export async function withPage(use: (page: Page) => Promise<void>): Promise<void> {
  const program = findChromium();
  if (program === null) throw new Error("Cannot find Chromium");
  const profile = Deno.makeTempDirSync({ prefix: "macp-browser-" });
  const child = new Deno.Command(program, {
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--no-first-run",
      "--remote-debugging-port=0",
      `--user-data-dir=${profile}`,
      "about:blank",
    ],
    env: { HOME: profile },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
    detached: true,
  }).spawn();
  const { address, drained } = await addressOf(child.stderr);
  const socket = new WebSocket(address);
  try {
    await new Promise((resolve, reject) => {
      socket.onopen = resolve;
      socket.onerror = () => reject(new Error(`Cannot reach ${address}`));
    });
    await use(await openPage(socket));
  } finally {
    socket.close();
    Deno.kill(-child.pid, "SIGKILL");
    await Promise.all([child.status, drained]);
    await removeFolder(profile);
  }
}

/** Address that the browser prints, and the end of what it prints. */
async function addressOf(
  stderr: ReadableStream<Uint8Array>,
): Promise<{ address: string; drained: Promise<void> }> {
  const reader = stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    text += value ?? "";
    const address = /ws:\/\/\S+/.exec(text)?.[0];
    if (address) {
      const rest = async () => {
        while (!(await reader.read()).done);
      };
      return { address, drained: rest() };
    }
    if (done) throw new Error(`Chromium ended: ${text}`);
  }
}

/** Its last processes may still write while they end. */
async function removeFolder(path: string): Promise<void> {
  for (let left = 50;; left--) {
    try {
      return Deno.removeSync(path, { recursive: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

async function openPage(socket: WebSocket): Promise<Page> {
  const heard: Heard = { complaints: [], requests: [] };
  const answers = new Map<number, (message: Message) => void>();
  const events = new Map<string, () => void>();
  let last = 0;
  const session: { sessionId?: unknown } = {};
  const call = async (method: string, params: Record<string, unknown> = {}) => {
    const id = ++last;
    const answered = new Promise<Message>((resolve) => answers.set(id, resolve));
    socket.send(JSON.stringify({ id, method, params, ...session }));
    const { result, error } = await within(method, answered);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  };
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) answers.get(message.id)?.(message);
    else hear(heard, message);
    if (message.method) events.get(message.method)?.();
  };
  const { targetId } = await call("Target.createTarget", { url: "about:blank" });
  session.sessionId = (await call("Target.attachToTarget", { targetId, flatten: true })).sessionId;
  for (const domain of ["Page", "Runtime", "Log", "Network"]) await call(`${domain}.enable`);
  const size = async ({ width, height }: Look) => {
    const mobile = width < 500;
    const deviceScaleFactor = mobile ? 2 : 1;
    const metrics = { width, height, mobile, deviceScaleFactor };
    await call("Emulation.setDeviceMetricsOverride", metrics);
  };
  const evaluate = async <T>(expression: string): Promise<T> => {
    const { result, exceptionDetails } = await call("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    }) as { result: { value: T }; exceptionDetails?: unknown };
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return result.value;
  };
  let now: Look = { width: 1280, height: 900 };
  return {
    heard,
    evaluate,
    async look(look) {
      now = look;
      await size(look);
      const scheme = look.dark ? "dark" : "light";
      const features = [{ name: "prefers-color-scheme", value: scheme }];
      await call("Emulation.setEmulatedMedia", { media: look.media ?? "screen", features });
    },
    async open(path) {
      const loaded = new Promise<void>((resolve) => events.set("Page.loadEventFired", resolve));
      await call("Page.navigate", { url: `file://${path}` });
      await within("load", loaded);
    },
    async screenshot(path, whole = true) {
      // A window as high as the page: what is outside of the window is not drawn.
      for (let times = whole ? 2 : 0; times > 0; times--) {
        const height = await evaluate<number>("document.documentElement.scrollHeight");
        await size({ ...now, height: Math.min(height, 12_000) });
        await evaluate(
          "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))",
        );
      }
      const { data } = await call("Page.captureScreenshot");
      Deno.writeFileSync(path, Uint8Array.from(atob(String(data)), (c) => c.charCodeAt(0)));
      await size(now);
    },
    async press(key, code) {
      const about = { key, code: key, windowsVirtualKeyCode: code };
      const text = key === "Enter" ? { text: "\r" } : {};
      await call("Input.dispatchKeyEvent", { type: "keyDown", ...about, ...text });
      await call("Input.dispatchKeyEvent", { type: "keyUp", ...about });
    },
  };
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer in time: ${what}`)), answerMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function hear({ complaints, requests }: Heard, { method, params = {} }: Message): void {
  const about = JSON.stringify(params);
  if (method === "Network.requestWillBeSent") {
    requests.push((params.request as { url: string }).url);
  }
  if (method === "Runtime.exceptionThrown" || method === "Log.entryAdded") complaints.push(about);
  if (method === "Runtime.consoleAPICalled" && params.type !== "log") complaints.push(about);
}
