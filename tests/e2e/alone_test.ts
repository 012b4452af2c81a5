import { assertEquals } from "@std/assert";
import { type CallOptions, macpPath, type Repository, until, withRepository } from "./harness.ts";

/** A day's work, in calls that end by themselves. */
const calls: readonly { args: readonly string[]; code: number }[] = [
  { args: ["init"], code: 0 },
  { args: ["submit", "--task-id", "a", "--title", "A", "--command", "echo a > a"], code: 0 },
  { args: ["submit", "--task-id", "b", "--title", "B", "--command", "true"], code: 0 },
  { args: ["run", "--once"], code: 0 },
  { args: ["drain"], code: 0 },
  { args: ["status"], code: 0 },
  { args: ["show", "a"], code: 0 },
  { args: ["history"], code: 0 },
  { args: ["inbox"], code: 0 },
  { args: ["watch", "--once"], code: 0 },
  { args: ["digest"], code: 0 },
  { args: ["validate"], code: 0 },
  { args: ["clean"], code: 0 },
  { args: ["land", "a"], code: 0 },
];

/** Makes the calls; looks at something after each. */
async function work(
  repository: Repository,
  { before = [], ...options }: CallOptions & { before?: readonly string[] },
  look: (call: string) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  for (const { args, code } of calls) {
    const ran = await repository.macp([...before, ...args], options);
    assertEquals(ran.code, code, `macp ${args.join(" ")}: ${ran.stderr}`);
    await look(`macp ${args.join(" ")}`);
  }
}

/** Processes whose environment holds an entry. */
function processesWith(entry: string): number[] {
  const pids = [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) =>
    pid > 0
  );
  return pids.filter((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/environ`).split("\0").includes(entry);
    } catch {
      return false;
    }
  });
}

Deno.test("macp connects to nobody when no sink is enabled", async () => {
  await withRepository(async (repository) => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    let asked = 0;
    const served = (async () => {
      for await (const connection of listener) {
        asked++;
        connection.close();
      }
    })();
    const proxy = `http://127.0.0.1:${listener.addr.port}`;
    const names = ["http_proxy", "https_proxy", "all_proxy"];
    const env = Object.fromEntries(
      names.flatMap((name) => [[name, proxy], [name.toUpperCase(), proxy]]),
    );
    try {
      await work(repository, { env }, (call) => {
        assertEquals(asked, 0, `${call} asked a server for something`);
        return Promise.resolve();
      });
    } finally {
      listener.close();
      await served;
    }
  });
});

Deno.test("macp leaves no process behind when a call is over", async () => {
  await withRepository(async (repository) => {
    const mark = crypto.randomUUID();
    await work(repository, { env: { MACP_TEST_MARK: mark } }, async (call) => {
      // What was killed may take a moment to be gone.
      const gone = () => processesWith(`MACP_TEST_MARK=${mark}`).length === 0;
      await until(`the end of all processes of ${call}`, gone, 5_000);
    });
  });
});

/** Whether programs can be run in a network of their own, in which there is nothing. */
function canLeaveNetwork(): boolean {
  try {
    return new Deno.Command("unshare", { args: ["-rn", "true"], stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}

Deno.test({
  name: "macp works where there is no network at all",
  ignore: !canLeaveNetwork(),
  async fn() {
    await withRepository((repository) =>
      work(repository, { program: "unshare", before: ["-rn", macpPath] })
    );
  },
});

Deno.test("macp works from a folder that nobody may write to, and writes nothing there", async () => {
  await withRepository(async (repository) => {
    const folder = repository.outside("installed");
    Deno.mkdirSync(folder);
    Deno.copyFileSync(macpPath, `${folder}/macp`);
    const { mtime } = Deno.statSync(`${folder}/macp`);
    Deno.chmodSync(folder, 0o555);
    try {
      await work(repository, { program: `${folder}/macp` });
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["macp"]);
      assertEquals(Deno.statSync(`${folder}/macp`).mtime, mtime);
    } finally {
      Deno.chmodSync(folder, 0o755);
    }
  });
});
