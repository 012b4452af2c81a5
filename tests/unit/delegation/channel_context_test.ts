import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  type ChannelRequest,
  fetchChannelContext,
} from "../../../src/delegation/channel_context.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";
import type { Settings } from "../../../src/protocol/settings.ts";
import { never } from "../sinks/test_receiver.ts";

type ChannelSettings = Settings["delegate"]["channel_context"];

/** A program of the test, and the folder that it runs in. */
interface Program {
  folder: string;
  fetch(
    settings?: Partial<ChannelSettings>,
    request?: Partial<ChannelRequest>,
    env?: Record<string, string>,
  ): Promise<string>;
}

/** Runs a test with a program of the given shell text, `./fetch`. */
async function withProgram(script: string, test: (program: Program) => Promise<void>) {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  Deno.writeTextFileSync(join(folder, "fetch"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const { PATH = "" } = Deno.env.toObject();
  try {
    await test({
      folder,
      fetch: (settings = {}, request = {}, env = {}) =>
        fetchChannelContext({ ...realWorld(), env: { PATH, ...env } }, {
          command: ["./fetch", "{channel}", "-n{messages}", "{caller}"],
          token_env: null,
          timeout_seconds: 30,
          ...settings,
        }, {
          channel: "general",
          messages: 20,
          caller: "manager",
          cwd: folder,
          signal: never(),
          ...request,
        }),
    });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function errorOf(work: Promise<string>, kind: MacpError["kind"]): Promise<MacpError> {
  const error = await assertRejects(() => work, MacpError);
  assertEquals(error.kind, kind);
  return error;
}

const showArguments = `for argument in "$@"; do printf '[%s]' "$argument"; done; pwd`;

Deno.test("fetchChannelContext() gives out what the program prints about the channel", () =>
  withProgram(showArguments, async ({ folder, fetch }) => {
    assertEquals(await fetch(), `[general][-n20][manager]${folder}`);
  }));

Deno.test("fetchChannelContext() hands arguments over as they are, filled once", () =>
  withProgram(showArguments, async ({ folder, fetch }) => {
    const command = ["./fetch", "$(id)", "{channel} `id`", "{channel}{other}"];
    const channel = "a b; id #'\"$HOME {caller} $&";
    assertEquals(
      await fetch({ command }, { channel }),
      `[$(id)][${channel} \`id\`][${channel}{other}]${folder}`,
    );
  }));

Deno.test("fetchChannelContext() finds a program on the PATH, and by its absolute path", () =>
  withProgram(showArguments, async ({ folder, fetch }) => {
    const { PATH = "" } = Deno.env.toObject();
    const env = { PATH: `${folder}:${PATH}` };
    assertEquals(await fetch({ command: ["fetch"] }, {}, env), folder);
    assertEquals(await fetch({ command: [join(folder, "fetch")] }), folder);
  }));

Deno.test("fetchChannelContext() passes on its token and little else", () =>
  withProgram("env | grep -vE '^(MACP_ATTEMPT_ID|PWD|SHLVL|_|OLDPWD)='", async ({ fetch }) => {
    const env = {
      HOME: "/h",
      LANG: "C",
      DISCORD_TECH_LEAD_TOKEN: "t0ken-value",
      OTHER_TOKEN: "x-other",
      LD_PRELOAD: "",
    };
    const names = async (token_env: string | null) => {
      const text = await fetch({ token_env }, { caller: "tech-lead" }, env);
      return text.split("\n").map((line) => line.split("=")[0]).sort();
    };
    assertEquals(await names("DISCORD_{CALLER}_TOKEN"), [
      "DISCORD_TECH_LEAD_TOKEN",
      "HOME",
      "LANG",
      "PATH",
    ]);
    assertEquals(await names("OTHER_TOKEN"), ["HOME", "LANG", "OTHER_TOKEN", "PATH"]);
    assertEquals(await names(null), ["HOME", "LANG", "PATH"]);
  }));

Deno.test("fetchChannelContext() never gives its token out", () =>
  withProgram('echo "with $T"; echo "with $T" >&2; exit "$1"', async ({ fetch }) => {
    const fetchWith = (code: string) =>
      fetch({ command: ["./fetch", code], token_env: "T" }, {}, { T: "t0ken-value" });
    assertEquals(await fetchWith("0"), "with [redacted:T]");
    const { message } = await errorOf(fetchWith("3"), "failure");
    assertEquals(
      message,
      "Cannot fetch the messages of general as its command ended with 3: with [redacted:T]",
    );
  }));

Deno.test("fetchChannelContext() keeps the last 64 KiB, from the beginning of a line", () =>
  withProgram(
    'i=0; while [ $i -lt 30000 ]; do echo "line $i ü"; i=$((i+1)); done',
    async ({ fetch }) => {
      const text = await fetch();
      const bytes = new TextEncoder().encode(text).length;
      assertEquals(bytes > 65_500 && bytes <= 65_536, true, `${bytes}`);
      assertMatch(text, /^line \d+ ü\n/);
      assertMatch(text, /\nline 29999 ü$/);
    },
  ));

Deno.test("fetchChannelContext() is fast with endless output, which it ends after its time", () =>
  withProgram("exec yes x", async ({ fetch }) => {
    const error = await errorOf(fetch({ timeout_seconds: 0.3 }), "failure");
    assertMatch(error.message, /as its command took too long$/);
  }));

Deno.test("fetchChannelContext() tells why the program failed", () =>
  withProgram(
    "printf '\\n\\033[31mno such channel\\033[0m\\nsecond\\n' >&2; exit 7",
    async ({ fetch }) => {
      const error = await errorOf(fetch(), "failure");
      assertEquals(error.code, "channel_context_failed");
      assertMatch(error.message, /ended with 7: no such channel$/);
      const missing = await errorOf(fetch({ command: ["./none"] }), "failure");
      assertMatch(missing.message, /^Cannot fetch the messages of general as /);
      const gone = await errorOf(fetch({ command: ["macp-no-such-program"] }), "failure");
      assertEquals(gone.code, "channel_context_failed");
    },
  ));

Deno.test("fetchChannelContext() gives nothing where the program prints nothing", () =>
  withProgram("echo; echo ' '", async ({ fetch }) => assertEquals(await fetch(), "")));

Deno.test("fetchChannelContext() ends the program when it is interrupted", () =>
  withProgram(
    'echo $$ >pid.part; mv pid.part pid; trap "" TERM; sleep 600; sleep 600',
    async ({ folder, fetch }) => {
      const stop = new AbortController();
      const watcher = Deno.watchFs(folder);
      const work = errorOf(fetch({}, { signal: stop.signal }), "failure");
      for await (const { paths } of watcher) if (paths.includes(join(folder, "pid"))) break;
      stop.abort();
      assertMatch((await work).message, /as its command was ended$/);
      const pid = Number(Deno.readTextFileSync(join(folder, "pid")));
      assertEquals(realWorld().processes.identify(pid), null);
      assertMatch((await errorOf(fetch({}, { signal: stop.signal }), "failure")).message, /ended$/);
    },
  ));

Deno.test("fetchChannelContext() refuses what could be taken for an option, and odd names", () =>
  withProgram("echo ran >>ran", async ({ folder, fetch }) => {
    for (const word of ["-rf", "--token=x", "", "a\nb", "a\0b", "a\u202eb", "x".repeat(201)]) {
      assertEquals((await errorOf(fetch({}, { channel: word }), "usage")).code, "invalid_channel");
      assertEquals((await errorOf(fetch({}, { caller: word }), "usage")).code, "invalid_channel");
    }
    assertEquals(realWorld().files.stat(join(folder, "ran")), null);
  }));

Deno.test("fetchChannelContext() says what is missing before it runs anything", () =>
  withProgram("echo ran >>ran", async ({ folder, fetch }) => {
    const codes = [
      await errorOf(fetch({ command: [] }), "usage"),
      await errorOf(fetch({ command: [""] }), "usage"),
      await errorOf(fetch({}, { caller: null }), "usage"),
      await errorOf(
        fetch({ command: ["./fetch"], token_env: "{CALLER}_T" }, { caller: null }),
        "usage",
      ),
      await errorOf(fetch({ token_env: "constructor" }), "usage"),
    ].map(({ code }) => code);
    assertEquals(codes, [
      "channel_context_unset",
      "channel_context_unset",
      "caller_missing",
      "caller_missing",
      "channel_token_missing",
    ]);
    const { message } = await errorOf(fetch({ token_env: "T" }, {}, { T: " " }), "usage");
    assertMatch(message, /environment variable is not set: T$/);
    assertEquals(realWorld().files.stat(join(folder, "ran")), null);
  }));
