/**
 * `macp demo`: the main job in a throw-away repository, by this very program.
 *
 * @module
 */
import { join, resolve } from "@std/path";
import { Git } from "../../git/git.ts";
import { MacpError } from "../../protocol/errors.ts";
import { isRecord } from "../../protocol/events.ts";
import { shellWord } from "../../protocol/text.ts";
import { atomicWrite } from "../../store/atomic_write.ts";
import type { Invocation } from "../command.ts";
import {
  demoConfig,
  type DemoTask,
  demoTasks,
  expectedTasks,
  legacyTask,
  type ShownTask,
} from "../demo_tasks.ts";
import { exitCodes } from "../exit_codes.ts";

/** Makes the repository, drains its queue, shows what came of it, and judges that. */
export async function run(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const folder = await makeRepository(invocation);
  const macp = (...args: string[]) => call(invocation, folder, args);
  output.note(`A repository with a bare origin: ${join(folder, "project")}\n`);
  await macp("init", "--enable");
  writeConfig(invocation, folder);
  for (const task of demoTasks) await submit(macp, task);
  addLegacy(invocation, folder);
  await macp("drain");
  await macp("status");
  await macp("history", "--task-id", "fix");
  await macp("show", "fix");
  const status = await macp("status", "--json");
  return judge(invocation, folder, status);
}

/** The project, its bare origin, and folders that stand in for the user's home. */
async function makeRepository({ world, args, terminal }: Invocation): Promise<string> {
  const keep = args.text("keep");
  const temporary = join(world.env.TMPDIR ?? "/tmp", `macp-demo-${world.uuid().slice(0, 8)}`);
  const folder = keep === undefined ? temporary : resolve(terminal.folder, keep);
  if (world.files.list(folder).length > 0) {
    throw new MacpError("usage", `Cannot make the demo as the folder is not empty: ${folder}`, {
      code: "folder_not_empty",
      hints: ["Name another one with --keep DIR"],
    });
  }
  for (const name of ["home", "project"]) world.files.makeFolder(join(folder, name), 0o755);
  const git = new Git(demoWorld(world, folder), join(folder, "project"));
  await git.read([
    "init",
    "--quiet",
    "--bare",
    "--initial-branch=main",
    "--",
    join(folder, "origin.git"),
  ]);
  await git.read(["init", "--quiet", "--initial-branch=main"]);
  atomicWrite(world, join(git.cwd, "README.md"), "# A project\n", { mode: 0o644 });
  await git.read(["add", "--all"]);
  await git.read(["commit", "--quiet", "--message", "feat: begin"]);
  await git.read(["remote", "add", "origin", join(folder, "origin.git")]);
  await git.read(["push", "--quiet", "origin", "main"]);
  await git.read(["fetch", "--quiet", "origin"]);
  return folder;
}

/** The world without the user's home and configuration. */
function demoWorld(world: Invocation["world"], folder: string): Invocation["world"] {
  const { XDG_CONFIG_HOME: _, ...env } = world.env;
  return { ...world, env: { ...env, HOME: join(folder, "home"), GIT_CONFIG_NOSYSTEM: "1" } };
}

/** Runs this program in the project, showing what is typed and printed. */
async function call(
  { world, terminal, output }: Invocation,
  folder: string,
  args: readonly string[],
): Promise<string> {
  const shown = args.map((arg) =>
    /^[\w./=-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", "'\\''")}'`
  );
  const [command = "", ...prefix] = terminal.program;
  const child = world.processes.spawn({
    command,
    args: [...prefix, ...args],
    cwd: join(folder, "project"),
    env: { ...demoWorld(world, folder).env },
    ownSession: false,
    stdin: "null",
    stderr: "piped",
  });
  const wantsJson = args.includes("--json");
  if (!wantsJson) output.note(output.paint("bold", `$ macp ${shown.join(" ")}`));
  const [stdout, stderr] = await Promise.all([
    collect(child.stdout, wantsJson ? () => {} : (text) => output.note(text)),
    collect(child.stderr, (text) => output.note(text)),
  ]);
  const { code } = await child.exited;
  if (!wantsJson) output.note(output.paint("dim", `exit code ${code}`) + "\n");
  if (code !== exitCodes.done && code !== exitCodes.needsHuman) {
    throw new MacpError(
      "failure",
      `Cannot go on with the demo as macp ${args[0]} ended with code ${code}`,
      {
        code: "demo_failed",
        details: [stderr.trim()],
      },
    );
  }
  return stdout;
}

/** Text of a stream, shown line by line as it comes. */
async function collect(
  stream: ReadableStream<Uint8Array>,
  show: (line: string) => void,
): Promise<string> {
  let all = "";
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    all += text;
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(show);
  }
  if (rest !== "") show(rest);
  return all;
}

function writeConfig({ world }: Invocation, folder: string): void {
  const path = join(folder, "project", ".mosaic/orchestrator/config.json");
  atomicWrite(world, path, demoConfig(join(folder, "worktrees")));
}

async function submit(macp: (...args: string[]) => Promise<string>, task: DemoTask): Promise<void> {
  const { id, title, command, gate, more = [] } = task;
  await macp(
    "submit",
    "--task-id",
    id,
    "--title",
    title,
    "--command",
    command,
    "--gate",
    gate,
    ...more,
  );
}

/** Writes the legacy task into the queue as another program would. */
function addLegacy({ world, output }: Invocation, folder: string): void {
  const path = join(folder, "project", ".mosaic/orchestrator/tasks.json");
  const queue = JSON.parse(new TextDecoder().decode(world.files.readBytes(path)));
  queue.tasks.push(legacyTask);
  atomicWrite(world, path, `${JSON.stringify(queue, null, 2)}\n`);
  output.note("Another program adds a task in the form of the older implementation: legacy\n");
}

/** Whether the queue ended as it must. */
function judge({ output }: Invocation, folder: string, status: string): number {
  const document: unknown = JSON.parse(status);
  const tasks = isRecord(document) && Array.isArray(document.tasks) ? document.tasks : [];
  const found: ShownTask[] = tasks.map(({ id, status, outcome, attempts }) => ({
    id,
    status,
    outcome,
    attempts,
  }));
  const equal = JSON.stringify(found) === JSON.stringify(expectedTasks);
  output.line(`${equal ? "As expected" : "NOT as expected"}, everything lies in ${folder}`);
  output.line(`look around: cd ${shellWord(join(folder, "project"))}`);
  output.line(`when done:   rm -rf ${shellWord(folder)}`);
  if (!equal) {
    output.line(`expected ${JSON.stringify(expectedTasks)}`);
    output.line(`found    ${JSON.stringify(found)}`);
  }
  return equal ? exitCodes.done : exitCodes.workFailed;
}
