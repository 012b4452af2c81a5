import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { exists, textOf, withRepository } from "./harness.ts";

const titles = [
  `"double" and 'single' quotes`,
  "$(touch CODE) `touch CODE` ${HOME}",
  "; touch CODE & touch CODE | touch CODE > CODE",
  "first line\nsecond line\r\nthird\ttabbed",
  "emoji 🚀👩‍👩‍👧 and 漢字, ünïcödé, العربية",
  "\u001b[31mred\u001b[0m \u0007 bell \u0000 nul",
  "../../etc/passwd",
  "--help",
  "-n",
  "…",
  " ",
  "x".repeat(5000),
  "%s %d \\n {task_title}",
  "ends with .lock",
  "@{-1} ~^:?*[ .. //",
  "\u202Eright to left",
];

Deno.test("Titles of every kind are submitted, run and shown as text, and never become code", async () => {
  await withRepository(async (repository) => {
    // What an argument cannot hold, or submit refuses, another program may have written.
    const isByHand = (title: string) => title.includes("\0") || title.trim() === "";
    for (const [i, title] of titles.entries()) {
      const id = `t${i}`;
      if (isByHand(title)) continue;
      const command = `printf %s "$MACP_TASK_TITLE" > ${repository.outside(id)}; echo x > x`;
      const ran = await repository.macp([
        "submit",
        "--task-id",
        id,
        `--title=${title}`,
        "--command",
        command,
        "--type",
        "coding",
      ]);
      assertEquals(ran.code, 0, `${JSON.stringify(title)}: ${ran.stderr}`);
      assertEquals(repository.task(id).title, title);
    }
    const queue = JSON.parse(repository.queueText());
    for (const [i, title] of titles.entries()) {
      if (!isByHand(title)) continue;
      const command = `printf %s "$MACP_TASK_TITLE" > ${repository.outside(`t${i}`)}; echo x > x`;
      queue.tasks.push({ ...queue.tasks[0], id: `t${i}`, title, command });
    }
    repository.writeQueue(queue.tasks);

    const drained = await repository.macp(["drain"]);

    assertEquals(drained.code, 0, drained.stdout);
    for (const [i, title] of titles.entries()) {
      assertEquals(textOf(repository.outside(`t${i}`)), title.replaceAll("\0", ""));
      const { branch } = repository.result(`t${i}`);
      assert(branch && branch.length <= 100 && /^feat\/[a-z0-9._-]+$/.test(branch), branch ?? "");
      assertEquals(await repository.git("show", `${branch}:x`), "x");
    }
    assert(!exists(`${repository.path}/CODE`));
    for (const args of [["status"], ["history"], ["show", "t5"]]) {
      const { stdout } = await repository.macp(args);
      assert(
        !/\p{Cc}/u.test(stdout.replaceAll("\n", "")),
        `macp ${args.join(" ")} printed control characters`,
      );
    }
    assertEquals((await repository.macp(["validate"])).code, 0);
    const { tasks } = await repository.json<{ tasks: { title: string }[] }>(["status"]);
    assertEquals(new Set(tasks.map(({ title }) => title)), new Set(titles));
  });
});

Deno.test("Commands with quotes, line breaks and dollars reach sh -c as they are", async () => {
  await withRepository(async (repository) => {
    const out = repository.outside("out");
    const command = `a='it is "$1"'\nprintf '%s|%s' "$a" '$(no)' > ${out} # comment\n`;
    await repository.submit("t", command);
    assertEquals(repository.task("t").command, command);
    assertEquals((await repository.macp(["drain"])).code, 0);
    assertEquals(textOf(out), 'it is "$1"|$(no)');
  });
});

Deno.test("An empty title or id is refused", async () => {
  await withRepository(async (repository) => {
    const before = repository.queueText();
    for (
      const args of [["--task-id", "t", "--title="], ["--task-id=", "--title", "x"], [
        "--title",
        "x",
      ], ["--task-id", "t"]]
    ) {
      const { code, stderr } = await repository.macp(["submit", "--command", "true", ...args]);
      assertEquals(code, 2, args.join(" "));
      assertStringIncludes(
        stderr,
        args.includes("--title=") || args.at(-1) === "t" ? "--title" : "--task-id",
      );
    }
    assertEquals(repository.queueText(), before);
  });
});
