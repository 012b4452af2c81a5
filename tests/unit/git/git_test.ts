import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { Git } from "../../../src/git/git.ts";
import { realWorld } from "../../../src/host/world.ts";
import { MacpError } from "../../../src/protocol/errors.ts";

/** A repository whose aliases run shell commands. */
async function withGit(use: (git: Git) => Promise<void>): Promise<void> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, GIT_CONFIG_NOSYSTEM: "1" };
  try {
    const git = new Git({ ...realWorld(), env }, folder);
    await git.read(["init", "--quiet"]);
    await use(git);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("quiet() waits for a call that outlived its program, and for no call elsewhere", () =>
  withGit(async (git) => {
    const [begun, end] = ["begun", "end"].map((name) => join(git.cwd, name));
    const wait = `!touch ${begun}; while ! test -e ${end}; do sleep 0.02; done`;
    await git.read(["config", "alias.wait", wait]);
    const call = git.run(["wait"]);
    while (git.world.files.lstat(begun ?? "") === null) await git.world.clock.sleep(10);
    let quiet = false;
    const waiting = git.quiet(git.cwd).then(() => quiet = true);
    await git.quiet(join(git.cwd, "other"));
    assertEquals(quiet, false);
    Deno.writeTextFileSync(end ?? "", "");
    await Promise.all([call, waiting]);
    assertEquals(quiet, true);
  }));

Deno.test("run() marks calls that may change something with their checkout", () =>
  withGit(async (git) => {
    await git.read(["config", "alias.mark", "!echo $MACP_GIT_AT"]);
    assertEquals(await git.read(["mark"]), `${git.cwd}\n`);
  }));

Deno.test("run() ends a call that hangs soon after a person asked to stop", () =>
  withGit(async (git) => {
    const begun = join(git.cwd, "begun");
    await git.read(["config", "alias.hang", `!touch ${begun}; sleep 600`]);
    const { clock } = git.world;
    const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(Math.min(ms, 50), signal);
    const quick = new Git({ ...git.world, clock: { ...clock, sleep } }, git.cwd);
    const stop = new AbortController();
    const call = quick.until(stop.signal).run(["hang"]);
    while (git.world.files.lstat(begun) === null) await git.world.clock.sleep(10);
    stop.abort();
    await assertRejects(() => call, MacpError, "it did not end in time");
  }));
