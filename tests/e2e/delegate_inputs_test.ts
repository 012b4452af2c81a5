/** What `macp delegate` reads: standard input and context files that are none. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { printed, withAgent } from "./delegation_scene.ts";
import { macpPath, type Ran } from "./harness.ts";
import { hookToken } from "./stand_in_gateway.ts";

Deno.test("macp delegate reads no more of standard input than a request holds, and only text", async () => {
  await withAgent({ sessionKeys: true }, async ({ repository, gateway }) => {
    const ask = (before: string, redirect: string): Promise<Ran> =>
      repository.macp(
        ["-c", `${before} "$0" delegate webster - --timeout 12 ${redirect}`, macpPath],
        { program: "sh", env: { HOOK_TOKEN: hookToken } },
      );
    const cases: [string, string, RegExp][] = [
      ["", "</dev/zero", /it has more than the 262,144 bytes/],
      ["printf 'a\\0b' |", "", /it holds NUL bytes/],
      ["printf 'a\\377b' |", "", /it is not UTF-8 text/],
    ];
    for (const [before, redirect, message] of cases) {
      const ran = await ask(before, redirect);
      assertEquals([before, ran.code], [before, 2]);
      assertMatch(ran.stderr, message);
    }
    assertEquals(gateway.requests.length, 0);
    assertEquals((await ask("printf 'What is new?' |", "")).code, 0);
    assertMatch(String(gateway.admitted[0]?.fields.message), /What is new\?/);
  });
});

Deno.test("macp delegate attaches no pipe and nothing that no request can hold", async () => {
  await withAgent({ sessionKeys: true }, async ({ repository, delegate, gateway }) => {
    const pipe = join(repository.path, "pipe");
    await new Deno.Command("mkfifo", { args: [pipe] }).output();
    Deno.writeTextFileSync(join(repository.path, "large"), "x".repeat(262_145));
    const cases = [["pipe", /it is a pipe or a device/], [
      "large",
      /more than the 262,144/,
    ]] as const;
    for (const [file, message] of cases) {
      const ran = await delegate(["webster", "Do", "--context", join(repository.path, file)]);
      assertEquals([file, ran.code, printed(ran).code], [file, 2, "context_unreadable"]);
      assertMatch(ran.stderr, message);
    }
    assertEquals(gateway.requests.length, 0);
  });
});

Deno.test("macp delegate --list --format json prints JSON", async () => {
  await withAgent({}, async ({ delegate }) => {
    const ran = await delegate(["--list", "--format", "json"]);
    assertEquals([ran.code, JSON.parse(ran.stdout).agents[0].name], [0, "webster"]);
  });
});
