/**
 * A real OpenClaw gateway on the loopback, with a fake model behind it: started, watched
 * and ended by the tests, in a folder of its own.
 *
 * @module
 */
import { join } from "@std/path";
import { until } from "../e2e/harness.ts";
import { nodePath } from "../../scripts/lib/gateway_install.ts";
import { type FakeProvider, startFakeProvider } from "./fake_provider.ts";

/** Bearer token of the gateway's hooks. */
export const hookToken = "hook-token-for-tests-0123456789";

/** Token of the gateway itself. */
export const gatewayToken = "gw-token-for-tests-0123456789";

/** Longest time for a start, in milliseconds: loaded machines take long. */
const startMs = 180_000;

/** What differs between gateways. */
export interface GatewayOptions {
  /** Whether a request may name its session. */
  sessionKeys: boolean;
  /** Whether it shows web pages to people. */
  webPages: boolean;
}

/** A gateway while it is up. */
export interface Gateway {
  /** Address without a path. */
  origin: string;
  port: number;
  pid: number;
  /** Folder that its agent works in. */
  workspace: string;
  provider: FakeProvider;
  /** Posts to one of its paths; `token` is the hooks' one unless given. */
  post(path: string, body: unknown, options?: Pick<Asked, "token">): Promise<Answer>;
  /** What a path answers. */
  get(path: string): Promise<Answer>;
  /** Text that it wrote until now. */
  log(): string;
  /** Sends its process a signal. */
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** Ends when its process did. */
  ended: Promise<void>;
}

/** A request to a gateway. */
export interface Asked {
  /** `/hooks/agent` unless given. */
  path?: string;
  /** POST unless given. */
  method?: string;
  /** A text as it is, anything else as JSON. */
  body?: unknown;
  /** Bearer token; none unless given. */
  token?: string;
  headers?: Record<string, string>;
}

/** What the gateway answered. */
export interface Answer {
  status: number;
  /** Content type. */
  type: string;
  text: string;
}

/** Calls `test` with a gateway of the installation in `install` that is ended afterwards. */
export async function withGateway(
  install: string,
  options: GatewayOptions,
  test: (gateway: Gateway) => Promise<void>,
): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "macp-gateway-" }));
  const provider = startFakeProvider();
  try {
    const gateway = await startGateway(install, folder, provider, options);
    try {
      await test(gateway);
    } finally {
      gateway.signal("SIGKILL");
      await gateway.ended;
    }
  } finally {
    await provider.stop();
    // Helpers of a killed gateway may write for a moment longer.
    await until("an empty folder", () => removed(folder));
  }
}

function removed(folder: string): boolean {
  try {
    Deno.removeSync(folder, { recursive: true });
    return true;
  } catch {
    return false;
  }
}

async function startGateway(
  install: string,
  folder: string,
  provider: FakeProvider,
  options: GatewayOptions,
): Promise<Gateway> {
  const port = freePort();
  const origin = `http://127.0.0.1:${port}`;
  const workspace = join(folder, "workspace");
  for (const name of ["state", "home", "tmp", "workspace"]) Deno.mkdirSync(join(folder, name));
  const settings = settingsOf(port, provider.port, folder, options);
  Deno.writeTextFileSync(join(folder, "openclaw.json"), JSON.stringify(settings, null, 2));
  const process = await startProcess(install, folder, port);
  const gateway: Gateway = {
    ...{ origin, port, workspace, provider, ...process },
    get: (path) => answerTo(origin, { path, method: "GET" }),
    post: (path, body, options) => answerTo(origin, { path, body, token: hookToken, ...options }),
  };
  try {
    await untilReady(gateway);
    return gateway;
  } catch (error) {
    gateway.signal("SIGKILL");
    await gateway.ended;
    throw error;
  }
}

/** A port that nothing listens on. */
function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  return port;
}

function settingsOf(
  port: number,
  providerPort: number,
  folder: string,
  { sessionKeys, webPages }: GatewayOptions,
): unknown {
  const model = {
    ...{ id: "fake-1", name: "Fake 1", reasoning: false, input: ["text"] },
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    ...{ contextWindow: 128_000, maxTokens: 4096 },
  };
  const provider = {
    baseUrl: `http://127.0.0.1:${providerPort}/v1`,
    ...{ apiKey: "sk-local-fake", api: "openai-completions", models: [model] },
  };
  return {
    gateway: {
      ...{ mode: "local", bind: "loopback", port },
      auth: { mode: "token", token: gatewayToken },
      controlUi: { enabled: webPages },
      tools: { allow: ["sessions_spawn"] },
    },
    logging: { file: join(folder, "own.log") },
    discovery: { mdns: { mode: "off" } },
    update: { checkOnStart: false },
    hooks: {
      ...{ enabled: true, token: hookToken, path: "/hooks", allowedAgentIds: ["main"] },
      ...(sessionKeys
        ? { allowRequestSessionKey: true, allowedSessionKeyPrefixes: ["hook:"] }
        : {}),
    },
    models: { mode: "replace", providers: { fake: provider } },
    agents: {
      defaults: {
        ...{ model: { primary: "fake/fake-1" }, skipBootstrap: true },
        workspace: join(folder, "workspace"),
      },
    },
  };
}

/**
 * Starts a program below a shell that ends it as soon as the shell's standard input closes:
 * a test that is killed leaves no gateway behind. Prints the program's process id.
 */
const keeper = `
log=$1; shift
exec 3<&0
"$@" </dev/null >"$log" 2>&1 3<&- &
program=$!
echo "$program"
{ cat <&3; kill -KILL "$program"; } >/dev/null 2>&1 &
guard=$!
exec 3<&-
wait "$program"
kill "$guard"
`;

async function startProcess(
  install: string,
  folder: string,
  port: number,
): Promise<Pick<Gateway, "pid" | "log" | "signal" | "ended">> {
  const logPath = join(folder, "gateway.log");
  const node = nodePath(install);
  const gateway = join(install, "node_modules", "openclaw", "openclaw.mjs");
  const args = [gateway, "gateway", "run", "--port", String(port), "--bind", "loopback"];
  const shell = new Deno.Command("sh", {
    args: ["-c", keeper, "sh", logPath, node, ...args],
    cwd: folder,
    clearEnv: true,
    env: {
      PATH: `${join(node, "..")}:/usr/bin:/bin`,
      HOME: join(folder, "home"),
      TMPDIR: join(folder, "tmp"),
      LANG: "C.UTF-8",
      OPENCLAW_STATE_DIR: join(folder, "state"),
      OPENCLAW_CONFIG_PATH: join(folder, "openclaw.json"),
      OPENCLAW_NO_AUTO_UPDATE: "1",
      OPENCLAW_DISABLE_BONJOUR: "1",
      OPENCLAW_SKIP_CHANNELS: "1",
      OPENCLAW_NO_RESPAWN: "1",
      DO_NOT_TRACK: "1",
    },
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const { value } = await shell.stdout.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]()
    .next();
  const pid = Number(value);
  const ended = shell.status.then(() => shell.stdin.close());
  let gone = false;
  return {
    pid,
    log: () => Deno.readTextFileSync(logPath),
    signal: (name) => gone || kill(pid, name),
    ended: ended.then(() => {
      gone = true;
    }),
  };
}

/** Sends a process a signal; one that just ended gets none. */
function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** What the gateway at an address answers. */
export async function answerTo(
  origin: string,
  { path = "/hooks/agent", method = "POST", body, token, headers = {} }: Asked,
): Promise<Answer> {
  const response = await fetch(new URL(path, origin), {
    method,
    redirect: "manual",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, type: response.headers.get("content-type") ?? "", text };
}

async function untilReady(gateway: Gateway): Promise<void> {
  const end = Date.now() + startMs;
  let gone = false;
  void gateway.ended.then(() => gone = true);
  for (;;) {
    const ready = await gateway.get("/readyz").catch(() => null);
    if (ready?.status === 200) return;
    if (gone || Date.now() > end) {
      throw new Error(`Cannot start the gateway:\n${gateway.log().slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
