/**
 * Makes scripts/pictures/terminal.svg: what the executable prints in a terminal while it
 * works on two tasks of a real repository, one of which is sent back by its gate at first.
 * The story runs for real, in a temporary folder; times, durations and paths are masked,
 * so that the same program gives the same picture.
 *
 * @module
 */
import { dirname, join } from "@std/path";
import { drawTerminal } from "./lib/draw_terminal.ts";
import { maskRun } from "./lib/mask_run.ts";
import { root, run } from "./lib/run.ts";
import { plain, type ScreenRow, screenRows } from "./lib/terminal_screen.ts";

const path = "scripts/pictures/terminal.svg";
const columns = 80;
/** Longest time that one command may take, in milliseconds. */
const commandMs = 120_000;
/** Home and name of the repository, as they are shown. */
const [home, name] = ["/home/you", "greeter"];

/** An agent: what it writes is wrong until it is told that a gate failed. */
const agent = `#!/bin/sh
if [ "$MACP_TASK_ID" = NOTES ]; then echo '# Greeting' > NOTES.md
elif [ -n "$MACP_PREVIOUS_FAILURE_FILE" ]; then echo 'echo "Hello, world"' > greet.sh
else echo 'echo "Helo, world"' > greet.sh
fi
`;

const gate = `#!/bin/sh
said=$(sh greet.sh)
[ "$said" = "Hello, world" ] || { echo "greet.sh said: $said"; exit 1; }
echo ok
`;

/** What is typed, in this order. */
const story: readonly string[] = [
  "macp init --enable",
  'macp submit --task-id GREET --title "Add a greeting" \\\n' +
  "    --command ./agent --gate ./test --max-attempts 2",
  'macp submit --task-id NOTES --title "Describe it" --depends-on GREET \\\n' +
  '    --command ./agent --gate "test -s NOTES.md"',
  "macp drain",
  "macp status",
  "macp show GREET",
];

/** A folder in which the story takes place, with nothing of this user in it. */
interface Stage {
  folder: string;
  repository: string;
  env: Record<string, string>;
}

async function setUp(folder: string): Promise<Stage> {
  const repository = join(folder, home, name);
  const programs = join(folder, "bin");
  for (const path of [repository, programs]) Deno.mkdirSync(path, { recursive: true });
  Deno.copyFileSync(join(root, "dist", "macp"), join(programs, "macp"));
  for (const [file, text] of [["agent", agent], ["test", gate]] as const) {
    Deno.writeTextFileSync(join(repository, file), text, { mode: 0o755 });
  }
  const env = {
    HOME: join(folder, home),
    PATH: `${programs}:/usr/local/bin:/usr/bin:/bin`,
    SHELL: "/bin/sh",
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    NO_COLOR: "", // Scripts set it; colours are wanted here.
  };
  const stage = { folder, repository, env };
  const you = "-c user.name=you -c user.email=you@localhost";
  await shell(
    stage,
    `git init -q -b main && git config user.name you && git config user.email you@localhost &&
     git add . && git ${you} commit -q -m start`,
  );
  return stage;
}

async function shell({ repository, env }: Stage, command: string): Promise<string> {
  // `script` gives the command a terminal; its size is set from inside.
  const inside = `stty cols ${columns} rows 40; ${command}`;
  const options = { cwd: repository, env, clearEnv: true, quiet: true, timeoutMs: commandMs };
  const { success, stdout, stderr } = await run(
    "script",
    ["-q", "-e", "-c", inside, "/dev/null"],
    options,
  );
  if (!success) throw new Error(`Cannot go on as a command failed: ${command}\n${stdout}${stderr}`);
  return stdout;
}

/** What each command of the story printed, with its control sequences. */
async function play(): Promise<string[]> {
  const folder = Deno.realPathSync(Deno.makeTempDirSync());
  try {
    const stage = await setUp(folder);
    const printed: string[] = [];
    for (const command of story) printed.push(await shell(stage, command));
    return printed.map((text) => text.replaceAll(folder, ""));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** The rows of a command as it is typed. */
function typedRows(command: string): ScreenRow[] {
  return command.split("\n").map((line, index) =>
    index === 0
      ? [
        { column: 0, text: "$", look: { ...plain, color: "green" } },
        { column: 2, text: line, look: { ...plain, bold: true } },
      ]
      : [{ column: 0, text: line, look: { ...plain, bold: true } }]
  );
}

async function main(): Promise<number> {
  const printed = maskRun(await play());
  const blocks = story.map((command, index) => [
    ...typedRows(command),
    ...screenRows(printed[index] ?? "", columns),
  ]);
  const picture = drawTerminal({
    blocks,
    columns,
    title: `macp in ~/${name}`,
    about: "Two tasks are submitted and drained. The first one is sent back by its gate, tried " +
      "again and completed; then status and show tell what happened.",
  });
  Deno.mkdirSync(dirname(join(root, path)), { recursive: true });
  Deno.writeTextFileSync(join(root, path), picture);
  console.log(`${path} written: ${blocks.flat().length} rows`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());
