import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "@std/path";
import { execTask, exists, fingerprint, type Repository, withRepository } from "./harness.ts";
import { isThere, Shell, type ShellName } from "./shells.ts";

const shells: readonly ShellName[] = ["bash", "zsh", "fish"];

/** A queue with tasks of several states, and one whose id is made to be run by a shell. */
async function withQueue(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeQueue([
      execTask("ALPHA-1", "true", { title: "First: `touch pwned`\n\x1b[31m" }),
      execTask("ALPHA-2", "true", { status: "failed" }),
      execTask("beta.3", "true", { status: "escalated" }),
      { id: "x$(touch pwned)", title: "t", status: "failed", command: "true" },
      { id: "y;touch pwned2", title: "t", status: "failed", command: "true" },
      { id: "z'q a\"b", title: "t", status: "failed", command: "true" },
    ]);
    await test(repository);
  });
}

for (const name of shells) {
  Deno.test(
    `Completions work in a real ${name}`,
    { ignore: !isThere(name) || !isThere("script") },
    async () => {
      await withQueue(async (repository) => {
        repository.write("answer.md", "x");
        await Shell.in(repository, name, async (shell) => {
          const cases: [string, string[]][] = [
            ["macp stat\t", ["status"]],
            ["macp show be\t", ["show", "beta.3"]],
            ["macp show AL\t2", ["show", "ALPHA-2"]],
            ["macp retry AL\t2", ["retry", "ALPHA-2"]],
            ["macp reply \t ok", ["reply", "beta.3", "ok"]],
            ["macp status --task-id be\t", ["status", "--task-id", "beta.3"]],
            ["macp status --task-id=be\t", ["status", "--task-id=beta.3"]],
            ["macp submit --disp\tex\t", ["submit", "--dispatch", "exec"]],
            ["macp submit --type=cod\t", ["submit", "--type=coding"]],
            ["macp submit --depends-on beta.3,ALPHA-1,be\t", [
              "submit",
              "--depends-on",
              "beta.3,ALPHA-1,beta.3",
            ]],
            ["macp redrive sla\t", ["redrive", "slack"]],
            ["macp history --type task.fa\t", ["history", "--type", "task.failed"]],
            ["macp reply beta.3 --file ans\t", ["reply", "beta.3", "--file", "answer.md"]],
            ["macp --repo . config macp.base_\t", ["--repo", ".", "config", "macp.base_ref"]],
            ["macp help exit\t", ["help", "exit-codes"]],
            ["macp reply beta.3 --file=ans\t", ["reply", "beta.3", "--file=answer.md"]],
            ['macp show "be\t', ["show", "beta.3"]],
            ["macp show be\t --json", ["show", "beta.3", "--json"]],
            ["macp --json show be\t", ["--json", "show", "beta.3"]],
            ["macp -q logs be\t --attempt 1", ["-q", "logs", "beta.3", "--attempt", "1"]],
            ["macp drain --set macp.base_\tmain", ["drain", "--set", "macp.base_ref=main"]],
          ];
          for (const [keys, args] of cases) {
            assertEquals(await shell.call(keys), args, `${name}: ${keys}`);
          }
        });
      });
    },
  );

  Deno.test(`Nothing of an id or a title is run by a completing ${name}`, {
    ignore: !isThere(name) || !isThere("script"),
  }, async () => {
    await withQueue(async (repository) => {
      await Shell.in(repository, name, async (shell) => {
        assertEquals(await shell.call("macp show x\t"), ["show", "x$(touch pwned)"]);
        assertEquals(await shell.call("macp show y\t"), ["show", "y;touch pwned2"]);
        assertEquals(await shell.call("macp show z\t"), ["show", "z'q a\"b"]);
        assertEquals(await shell.call("macp show z\\'q\t"), ["show", "z'q a\"b"]);
        // Bash shows no more than the words.
        const titles = name === "bash" ? [] : ["First: `touch pwned` [31m"];
        await shell.shows("macp show AL\t\t\t", ["ALPHA-1", "ALPHA-2", ...titles]);
        assert(!exists(`${repository.path}/pwned`) && !exists(`${repository.path}/pwned2`));
      });
    });
  });
}

const fromFile: Record<ShellName, { file: string; setup: string[] }> = {
  bash: {
    file: ".local/share/bash-completion/completions/macp",
    setup: [
      "bind 'set enable-bracketed-paste off'",
      '. "$HOME"/.local/share/bash-completion/completions/macp',
    ],
  },
  zsh: {
    file: ".local/share/zsh/site-functions/_macp",
    setup: [
      "fpath+=($HOME/.local/share/zsh/site-functions)",
      "autoload -Uz compinit && compinit -u -D",
    ],
  },
  fish: { file: ".local/share/fish/vendor_completions.d/macp.fish", setup: [] },
};

for (const name of shells) {
  Deno.test(`The file of completions works where install.sh puts it for ${name}`, {
    ignore: !isThere(name) || !isThere("script"),
  }, async () => {
    await withQueue(async (repository) => {
      const { file, setup } = fromFile[name];
      const path = repository.outside("home", file);
      Deno.mkdirSync(dirname(path), { recursive: true });
      const { stdout } = await repository.macp(["completions", name]);
      Deno.writeTextFileSync(path, stdout);
      await Shell.in(repository, name, async (shell) => {
        assertEquals(await shell.call("macp show be\t"), ["show", "beta.3"]);
        assertEquals(await shell.call("macp show AL\t2"), ["show", "ALPHA-2"]);
      }, setup);
    });
  });
}

Deno.test("macp __complete reads and changes nothing, also where there is no repository", async () => {
  await withQueue(async (repository) => {
    const before = fingerprint(repository.folder);
    const all = await repository.macp(["__complete", "show", ""]);
    await repository.macp(["__complete", "submit", "--runtime", ""]);
    assertEquals(fingerprint(repository.folder), before);
    assertEquals(all.code, 0);
    assertStringIncludes(all.stdout, "ALPHA-1\tpending  First: `touch pwned` [31m\n");
    const waits = await repository.macp(["__complete", "reply", ""]);
    assertEquals(waits.stdout, "beta.3\tescalated  Task beta.3\n:words\n");
    for (const cwd of [repository.folder, "/"]) {
      const ran = await repository.macp(["__complete", "show", ""], { cwd });
      assertEquals([ran.code, ran.stdout, ran.stderr], [0, ":words\n", ""]);
    }
    repository.writeQueue("{");
    const broken = await repository.macp(["__complete", "show", ""]);
    assertEquals([broken.code, broken.stdout, broken.stderr], [0, ":words\n", ""]);
  });
});

Deno.test("macp __complete finds the queue from a linked worktree and by --repo", async () => {
  await withQueue(async (repository) => {
    const place = repository.outside("linked");
    await repository.git("worktree", "add", "--quiet", place);
    const inside = await repository.macp(["__complete", "show", "be"], { cwd: place });
    assertStringIncludes(inside.stdout, "beta.3\t");
    const cwd = repository.folder;
    const named = await repository.macp(["__complete", "--repo", "project", "show", "be"], { cwd });
    assertStringIncludes(named.stdout, "beta.3\t");
  });
});

Deno.test("macp __complete tells no secret", async () => {
  await withRepository(async (repository) => {
    const marker = "marker-value-of-a-secret";
    repository.writeConfig({ macp: { secrets: ["OWN"] } });
    repository.writeQueue([
      execTask("plain", "true", { title: `Use ${marker} twice` }),
      { id: `x-${marker}`, title: "t", status: "pending", command: "true" },
    ]);
    const { stdout } = await repository.macp(["__complete", "show", ""], { env: { OWN: marker } });
    assertStringIncludes(stdout, "[redacted:OWN]");
    assert(!stdout.includes(marker));
  });
});

Deno.test("macp __complete with 100,000 tasks gives the newest, and a shell types nothing wrong", async () => {
  await withRepository(async (repository) => {
    const tasks = Array.from(
      { length: 100_000 },
      (_, n) => ({
        id: `T-${String(n).padStart(6, "0")}`,
        title: "x",
        status: "pending",
        dispatch: "exec",
      }),
    );
    repository.writeQueue(JSON.stringify({ tasks }));
    const start = performance.now();
    const { stdout } = await repository.macp(["__complete", "show", "T-"]);
    assert(performance.now() - start < 5_000);
    const words = stdout.split("\n").filter((line) => line.startsWith("T-"));
    assertEquals(words.length, 501);
    assertStringIncludes(stdout, "T-099999\t");
    assert(words.some((word) => !word.startsWith("T-099")));
  });
});
