import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import {
  installFolder,
  installGateway,
  npmEnvironment,
  whyNot,
} from "../../../scripts/lib/gateway_install.ts";
import { root } from "../../../scripts/lib/run.ts";

/** An npm that notes its calls, and installs a Node that tells its version. */
const npm = `#!/bin/sh
echo "$1 $2 $3" >> "$NPM_CALLS"
case "$1 $2" in
  "$NPM_FAILS"*) echo "npm error code $NPM_FAULT" >&2; exit 1 ;;
  "install node@"*)
    mkdir -p node_modules/node/bin
    printf '#!/bin/sh\\necho v24.1.0\\n' > node_modules/node/bin/node
    chmod +x node_modules/node/bin/node ;;
esac
`;

interface Scene {
  folder: string;
  env: Record<string, string>;
  /** First words of the calls of npm. */
  calls(): string[];
}

async function withNpm(test: (scene: Scene) => Promise<void>): Promise<void> {
  const around = Deno.realPathSync(Deno.makeTempDirSync({ prefix: "macp-npm-" }));
  try {
    const log = join(around, "calls");
    Deno.writeTextFileSync(log, "");
    Deno.mkdirSync(join(around, "bin"));
    Deno.writeTextFileSync(join(around, "bin", "npm"), npm, { mode: 0o755 });
    await test({
      folder: join(around, "gateway"),
      env: { PATH: `${around}/bin:/usr/bin:/bin`, NPM_CALLS: log, NPM_FAILS: "nothing" },
      calls: () =>
        Deno.readTextFileSync(log).split("\n").filter(Boolean)
          .map((line) => line.replace(/ .*(node|openclaw)@.*/, " $1")),
    });
  } finally {
    Deno.removeSync(around, { recursive: true });
  }
}

const whole = ["view openclaw", "install node", "install openclaw"];

Deno.test("installGateway() installs once when two runs want it at once, and never again", async () => {
  await withNpm(async ({ folder, env, calls }) => {
    const both = await Promise.all([installGateway(folder, env), installGateway(folder, env)]);
    assertEquals([...both, await installGateway(folder, env)], [null, null, null]);
    assertEquals(calls(), whole);
    assertEquals((Deno.statSync(folder).mode ?? 0) & 0o777, 0o700);
  });
});

Deno.test("installGateway() begins anew when an installation was cut short", async () => {
  await withNpm(async ({ folder, env, calls }) => {
    const failing = { ...env, NPM_FAILS: "install --save-exact", NPM_FAULT: "E500" };
    assertEquals(await installGateway(folder, failing), {
      reason: "npm failed: code E500",
      offline: false,
    });
    Deno.writeTextFileSync(join(folder, "node_modules", "torn"), "");
    assertEquals(await installGateway(folder, env), null);
    assertEquals(calls(), [...whole, ...whole]);
    assertEquals([...Deno.readDirSync(join(folder, "node_modules"))].map(({ name }) => name), [
      "node",
    ]);
  });
});

Deno.test("installGateway() tells whether there is no network or something else is wrong", async () => {
  await withNpm(async ({ folder, env, calls }) => {
    const offline = { ...env, NPM_FAILS: "view", NPM_FAULT: "EAI_AGAIN" };
    assertEquals(await installGateway(folder, offline), {
      reason: "there is no network (EAI_AGAIN)",
      offline: true,
    });
    assertEquals(calls(), ["view openclaw"]);
    const without = await installGateway(folder, { PATH: "/nonexistent" });
    assertEquals(without, { reason: "npm cannot be run", offline: false });
  });
});

Deno.test("installGateway() refuses a folder that is not its own", async () => {
  await withNpm(async ({ folder, env, calls }) => {
    Deno.mkdirSync(folder);
    const refused = (path: string, why: string) =>
      assertRejects(() => installGateway(path, env), Error, why);
    Deno.writeTextFileSync(join(folder, "thesis.txt"), "mine");
    await refused(folder, "the folder holds other things");
    assertEquals(Deno.readTextFileSync(join(folder, "thesis.txt")), "mine");
    Deno.chmodSync(folder, 0o777);
    await refused(folder, "others may write");
    Deno.symlinkSync(folder, `${folder}-link`);
    await refused(`${folder}-link`, "this is not a folder");
    await refused(join(root, "vendor"), "in the project");
    assertEquals(calls(), []);
  });
});

Deno.test("whyNot() names what npm said when it is no matter of the network", () => {
  const stderr = "npm warn old\nnpm error code ENOSPC\nnpm error syscall write\n" +
    "npm error A complete log of this run can be found in: /x\n";
  assertEquals(whyNot({ code: 228, stderr }), {
    reason: "npm failed: code ENOSPC; syscall write",
    offline: false,
  });
  assertEquals(whyNot({ code: 7, stderr: "" }).reason, "npm failed: exit code 7");
  for (const fault of ["ENOTFOUND", "ENETUNREACH"]) {
    assert(whyNot({ code: 1, stderr: `npm error code ${fault}\n` }).offline);
  }
  // A registry that refuses or is slow is there.
  for (const fault of ["ECONNREFUSED", "ETIMEDOUT", "E404"]) {
    assert(!whyNot({ code: 1, stderr: `npm error code ${fault}\n` }).offline);
  }
});

Deno.test("installFolder() is the named one, else one of this user's and these versions", () => {
  assertEquals(installFolder({ MACP_GATEWAY_DIR: "/a/../b", TMPDIR: "/t" }, 7), "/b");
  const name = /^\/t\/macp-gateway-7-openclaw-[\d.]+-node-\d+$/;
  assertMatch(installFolder({ MACP_GATEWAY_DIR: "", TMPDIR: "/t" }, 7), name);
  assertMatch(installFolder({}, null), /^\/tmp\/macp-gateway-user-/);
});

Deno.test("npmEnvironment() leaves out what an npm around it says of another project", () => {
  const env = npmEnvironment({
    PATH: "/bin",
    npm_config_registry: "https://registry.example",
    npm_config_local_prefix: "/project",
    npm_config_global_prefix: "/usr",
    npm_config_cache: "/home/me/.npm",
    npm_package_json: "/project/package.json",
    npm_lifecycle_event: "npx",
    npm_command: "exec",
    INIT_CWD: "/project",
  }, "/g");
  const { PATH, npm_config_registry, npm_config_cache, ...more } = env;
  assertEquals([PATH, npm_config_registry, npm_config_cache], [
    "/bin",
    "https://registry.example",
    "/g/npm-cache",
  ]);
  for (const name of Object.keys(more)) assertMatch(name, /^npm_config_(?!.*prefix)/);
});
