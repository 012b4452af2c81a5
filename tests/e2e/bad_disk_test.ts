import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { execTask, exists, inFolder, Repository, textOf, withRepository } from "./harness.ts";

/** Whether this user may mount a file system. */
function canMount(): boolean {
  const folder = Deno.makeTempDirSync();
  try {
    if (!run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder)) return false;
    return run("umount", folder);
  } finally {
    Deno.removeSync(folder);
  }
}

function run(program: string, ...args: string[]): boolean {
  try {
    return new Deno.Command(program, { args, stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Calls `test` with a repository on a file system of its own. */
async function onFileSystem(
  size: string,
  test: (repository: Repository) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const repository = new Repository(folder);
    assert(run("mount", "-t", "tmpfs", "-o", `size=${size}`, "tmpfs", repository.path));
    try {
      await repository.git("init", "--quiet", "--initial-branch=main", "--template=");
      await repository.git("commit", "--quiet", "--allow-empty", "--message", "start");
      repository.writeConfig();
      repository.writeQueue([]);
      await test(repository);
    } finally {
      run("umount", "--lazy", repository.path);
    }
  });
}

/** Fills a file system up. */
function fill(path: string): void {
  const file = Deno.openSync(path, { write: true, create: true, append: true });
  try {
    for (let size = 65_536; size >= 1;) {
      try {
        file.writeSync(new Uint8Array(size));
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    file.close();
  }
}

Deno.test({
  name: "A read-only repository: reading works, writing exits 5 with the reason, nothing runs",
  ignore: Deno.uid() === 0 && !canMount(), // For root only a read-only file system is one.
  fn: () =>
    (Deno.uid() === 0 ? onReadOnly : withoutRights)(async (repository) => {
      const before = repository.queueText();
      for (const args of [["status"], ["show", "t"], ["history"], ["config"]]) {
        assertEquals((await repository.macp(args)).code, 0, args.join(" "));
      }
      for (
        const args of [
          ["submit", "--task-id", "n", "--title", "x", "--command", "true"],
          ["drain"],
          ["cancel", "t"],
        ]
      ) {
        const { code, stderr } = await repository.macp(args);
        assertEquals(code, 5, `${args.join(" ")}: ${stderr}`);
        assert(/read-only|permission denied/i.test(stderr), stderr);
        assertStringIncludes(stderr, repository.state());
      }
      assertEquals(repository.queueText(), before);
      assert(!exists(repository.outside("ran")));
    }),
});

async function onReadOnly(test: (repository: Repository) => Promise<void>): Promise<void> {
  await onFileSystem("8m", async (repository) => {
    repository.writeQueue([execTask("t", `touch ${repository.outside("ran")}`)]);
    assert(run("mount", "-o", "remount,ro", repository.path));
    await test(repository);
  });
}

async function withoutRights(test: (repository: Repository) => Promise<void>): Promise<void> {
  await withRepository(async (repository) => {
    repository.writeQueue([execTask("t", `touch ${repository.outside("ran")}`)]);
    Deno.chmodSync(repository.state(), 0o555);
    try {
      await test(repository);
    } finally {
      Deno.chmodSync(repository.state(), 0o755);
    }
  });
}

Deno.test({
  name: "A full disk: exit 5, the queue whole, nothing run; with room again all goes on",
  ignore: !canMount(),
  fn: () =>
    onFileSystem("4m", async (repository) => {
      await repository.submit("t", `echo x >> ${repository.outside("ran")}`, "--worktree", ".");
      const before = repository.queueText();
      const filler = join(repository.path, "filler");
      fill(filler);
      for (
        const args of [
          ["submit", "--task-id", "n", "--title", "x", "--command", "true"],
          ["drain"],
          ["cancel", "t"],
        ]
      ) {
        const { code, stderr } = await repository.macp(args);
        assertEquals(code, 5, `${args.join(" ")}: ${stderr}`);
        assert(/no space/i.test(stderr), stderr);
        assertEquals(repository.queueText(), before);
      }
      assertEquals(textOf(repository.outside("ran")), null);
      assertEquals((await repository.macp(["status"])).code, 0);
      Deno.removeSync(filler);
      assertEquals((await repository.macp(["drain"])).code, 0);
      assertEquals(textOf(repository.outside("ran")), "x\n");
      const left = [...Deno.readDirSync(repository.state())].filter(({ name }) =>
        name.endsWith(".tmp")
      );
      assertEquals(left, []);
    }),
});

Deno.test({
  name:
    "A disk that a worker fills: exit 5 or a failed task, the queue whole, and no second run unnoticed",
  ignore: !canMount(),
  fn: () =>
    onFileSystem("4m", async (repository) => {
      const filler = join(repository.path, "filler");
      const ran = repository.outside("ran");
      await repository.submit(
        "t",
        `echo x >> ${ran}; [ "$MACP_ATTEMPT" != 1 ] || head -c 9000000 /dev/zero > ${filler}; exit 0`,
        "--worktree",
        ".",
        "--max-attempts",
        "2",
      );
      const first = await repository.macp(["drain"]);
      assert(first.code !== 0, "a full disk went unnoticed");
      repository.readQueue();
      Deno.removeSync(filler);
      await repository.macp(["drain"]);
      const { status, attempts } = repository.task("t");
      assertEquals(status, "completed");
      assertEquals((textOf(ran) ?? "").length / 2, attempts, "runs and attempts differ");
    }),
});

Deno.test({
  name: "A read-only repository: watch and redrive exit 5, name the file and what to do",
  ignore: Deno.uid() !== 0 || !canMount(),
  fn: () =>
    onFileSystem("8m", async (repository) => {
      const call = async (place: string) => {
        assert(run("mount", "-o", "remount,ro", repository.path));
        for (const args of [["watch", "--once"], ["redrive", "stdout"]]) {
          const { code, stderr } = await repository.macp(args);
          assertEquals(code, 5, stderr);
          assertStringIncludes(stderr, `error: Cannot write ${repository.state(place)}`);
          assertStringIncludes(stderr, "hint: Call it where the repository can be written");
        }
        assert(run("mount", "-o", "remount,rw", repository.path));
      };
      await call("sinks");
      Deno.mkdirSync(repository.state("sinks"));
      await call("");
    }),
});

Deno.test("What stands in place of a file of the sinks is named, with what to do", async () => {
  await withRepository(async (repository) => {
    for (const name of ["sinks", "event_cursor.lock", "sinks/stdout.lock"]) {
      const path = repository.state(name);
      if (name === "sinks") Deno.writeTextFileSync(path, "");
      else Deno.mkdirSync(path);
      const { code, stderr } = await repository.macp(["watch", "--once"]);
      assertEquals(code, 5, stderr);
      assertStringIncludes(stderr, `error: Cannot write ${path} as `);
      assertStringIncludes(stderr, "hint: Move away what stands in its place");
      Deno.removeSync(path);
    }
    const events = repository.state("events.ndjson");
    assert(run("mkfifo", events));
    const { code, stderr } = await repository.macp(["watch", "--once"]);
    assertEquals(code, 5, stderr);
    assertStringIncludes(stderr, `${events} as it is a pipe or a device, not a file`);
  });
});
