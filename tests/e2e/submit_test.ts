import { assertEquals, assertStringIncludes } from "@std/assert";
import { withRepository } from "./harness.ts";

Deno.test("submit chooses the dispatch: exec with a command, yolo with a brief, else the default", async () => {
  await withRepository(async (repository) => {
    await repository.commit({ "brief.md": "# Do it\n" });
    const submit = (id: string, ...more: string[]) =>
      repository.macp(["submit", "--task-id", id, "--title", "x", ...more]);
    assertEquals((await submit("a", "--command", "true")).code, 0);
    assertEquals((await submit("b", "--brief", "brief.md")).code, 0);
    assertEquals((await submit("c", "--set", "macp.default_dispatch=acp")).code, 0);
    assertEquals((await submit("d", "--command", "true", "--brief", "brief.md")).code, 0);
    assertEquals((await submit("e")).code, 2);
    assertEquals(repository.readQueue().map(({ dispatch }) => dispatch), [
      "exec",
      "yolo",
      "acp",
      "exec",
    ]);
  });
});

Deno.test("submit takes every field, and refuses a taken id and one that differs in case only", async () => {
  await withRepository(async (repository) => {
    await repository.submit("first", "true");
    const args = [
      "submit",
      "--task-id",
      "T",
      "--title",
      "x",
      "--description",
      "long",
      "--command",
      "true",
      "--type",
      "coding",
    ];
    args.push(
      "--runtime",
      "claude",
      "--branch",
      "feat/x",
      "--depends-on",
      "first",
      "--gate",
      "a b",
      "--gate",
      "c",
    );
    args.push("--max-attempts", "3", "--timeout", "1.5", "--issue", "#4", "--metadata", '{"n": 1}');
    assertEquals((await repository.macp(args)).code, 0);
    assertEquals(repository.task("T"), {
      ...{
        id: "T",
        title: "x",
        description: "long",
        status: "pending",
        type: "coding",
        dispatch: "exec",
      },
      ...{
        runtime: "claude",
        command: "true",
        branch: "feat/x",
        depends_on: ["first"],
        max_attempts: 3,
      },
      ...{ timeout_seconds: 1.5, quality_gates: ["a b", "c"], issue: "#4", metadata: { n: 1 } },
    });
    const before = repository.queueText();
    for (const id of ["first", "FIRST", "t"]) {
      const { code, stderr } = await repository.macp([
        "submit",
        "--task-id",
        id,
        "--title",
        "x",
        "--command",
        "true",
      ]);
      assertEquals(code, 2);
      assertStringIncludes(stderr, id);
    }
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("The same idempotency key adds a task once, also after it ran; another task conflicts", async () => {
  await withRepository(async (repository) => {
    const submit = (...more: string[]) =>
      repository.json([
        "submit",
        "--task-id",
        "t",
        "--title",
        "x",
        "--command",
        "true",
        "--idempotency-key",
        "k",
        ...more,
      ]);
    assertEquals((await submit()).submitted, true);
    assertEquals([(await submit()).submitted, (await submit()).duplicate], [false, true]);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals((await submit()).duplicate, true);
    assertEquals(repository.readQueue().length, 1);
    assertEquals(repository.task("t").status, "completed");
    const other = [
      "submit",
      "--task-id",
      "u",
      "--title",
      "other",
      "--command",
      "true",
      "--idempotency-key",
      "k",
    ];
    const { code, stderr } = await repository.macp(other);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "idempotency key");
    const many = Array.from(
      { length: 6 },
      () =>
        repository.macp([
          "submit",
          "--task-id",
          "m",
          "--title",
          "x",
          "--command",
          "true",
          "--idempotency-key",
          "m",
        ]),
    );
    assertEquals((await Promise.all(many)).map(({ code }) => code), [0, 0, 0, 0, 0, 0]);
    assertEquals(repository.readQueue().filter(({ id }) => id === "m").length, 1);
  });
});

Deno.test("A blank command is no command", async () => {
  await withRepository(async (repository) => {
    for (const command of ["", "  "]) {
      const args = ["submit", "--task-id", "t", "--title", "x", `--command=${command}`];
      assertEquals((await repository.macp([...args, "--dispatch", "exec"])).code, 2);
      assertEquals((await repository.macp(args)).code, 2);
    }
    assertEquals(repository.readQueue(), []);
  });
});

Deno.test("macp submit refuses a worktree outside worktree_base with the way out", async () => {
  await withRepository(async (repository) => {
    const submit = (id: string, worktree: string) =>
      repository.macp(
        ["submit", "--task-id", id, "--title", "t", "--command=true", "--worktree", worktree],
      );
    Deno.mkdirSync(repository.outside("worktrees"));
    Deno.symlinkSync(repository.folder, repository.outside("worktrees", "link"));
    const outside = [
      "below",
      repository.outside("x"),
      repository.outside("worktrees-of-others", "x"),
      repository.outside("worktrees", "link", "x"),
    ];
    for (const worktree of outside) {
      const { code, stderr } = await submit("t", worktree);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, "lies outside worktree_base");
      assertStringIncludes(stderr, "A relative path is read relative to the repository");
    }
    assertEquals(repository.readQueue(), []);
    for (const [n, worktree] of [".", "../worktrees/x", repository.worktree("y")].entries()) {
      assertEquals((await submit(`t${n}`, worktree)).code, 0);
    }
  });
});

Deno.test("submit names all that is missing at once, with a usage line", async () => {
  await withRepository(async (repository) => {
    const before = repository.queueText();
    const refused = async (...args: string[]) => {
      const { code, stderr } = await repository.macp(["submit", ...args]);
      assertEquals(code, 2, stderr);
      return stderr;
    };
    const all = await refused("--set", "macp.default_dispatch=exec");
    assertStringIncludes(all, "as --task-id, --title and --command (or --brief) are missing");
    assertStringIncludes(all, "Usage: macp submit --task-id ID --title TEXT --command SHELL");
    const two = await refused("--brief", "b.md");
    assertStringIncludes(two, "Cannot submit a task as --task-id and --title are missing");
    const one = await refused("--task-id", "a", "--command", "true");
    assertStringIncludes(one, "Cannot submit task a as --title is missing");
    const none = await refused("--task-id", "a", "--title", "x", "--dispatch", "exec");
    assertStringIncludes(none, "Cannot submit task a as --command is missing");
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("submit takes no title, command or gate of spaces", async () => {
  await withRepository(async (repository) => {
    const before = repository.queueText();
    const whole = { title: "x", command: "true", gate: "true" };
    for (const name of Object.keys(whole)) {
      const args = Object.entries({ ...whole, [name]: " \t" })
        .flatMap(([option, value]) => [`--${option}`, value]);
      const { code, stderr } = await repository.macp(["submit", "--task-id", "a", ...args]);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, `Cannot submit task a as --${name} is empty`);
    }
    assertEquals(repository.queueText(), before);
  });
});

Deno.test("submit refuses an id that holds a secret, which would stand in names of files", async () => {
  await withRepository(async (repository) => {
    const env = { NEW_TOKEN: "tokenVALUE-12345678" };
    const args = ["submit", "--task-id", `T-${env.NEW_TOKEN}`, "--title", "t", "--command", "true"];
    const { code, stdout, stderr } = await repository.macp(args, { env });
    assertEquals(code, 2);
    assertStringIncludes(stderr, "its id holds a secret: T-[redacted:NEW_TOKEN]");
    assertEquals((stdout + stderr).includes("tokenVALUE"), false);
    assertEquals((await repository.macp(["status"])).stdout.includes("queue is empty"), true);
  });
});
