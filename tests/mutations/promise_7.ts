/**
 * One file, no daemon, no server, no telemetry.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which the program needs or does more than it says. */
export const needsMore: readonly Mutation[] = [
  {
    promise: 7,
    module: "process/run_command.ts",
    why: "commands need a second program that comes with this one",
    find: 'const shell = "/bin/sh";',
    replace: 'const shell = "macp-shell";',
    tests: [{ file: "main_job_test.ts", filter: "show 2: macp works from init to history" }],
  },
  {
    promise: 7,
    module: "store/paths.ts",
    why: "nothing works without a home folder",
    find: '(env.HOME ? join(env.HOME, ".config") : null)',
    replace: 'join((env.HOME as string).replace(/\\/$/, ""), ".config")',
    tests: [{ file: "main_job_test.ts", filter: "show 2: macp works from init to history" }],
  },
  {
    promise: 7,
    module: "cli/templates.ts",
    why: "a file is needed beside the program",
    find:
      'import tasks from "../../templates/repo/.mosaic/orchestrator/tasks.json" with { type: "text" };',
    replace: 'const place = "../../templates/repo/.mosaic/orchestrator/tasks.json";\n' +
      "const tasks = Deno.readTextFileSync(new URL(place, import.meta.url));",
    tests: [{ file: "main_job_test.ts", filter: "show 2: macp works from init to history" }],
  },
  {
    promise: 7,
    module: "cli/main.ts",
    why: "each call is told to a server",
    find: "return await runCommandLine(world, terminal, args);",
    replace: 'await fetch("http://telemetry.example/").catch(() => {});\n' +
      "  return await runCommandLine(world, terminal, args);",
    tests: [{ file: "alone_test.ts", filter: "macp connects to nobody" }],
  },
  {
    promise: 7,
    module: "cli/run_controller.ts",
    why: "a process stays behind when a drain is over",
    find: "    await progress.end();\n    summarizeRun(",
    replace:
      '    world.processes.spawn({ command: "/bin/sleep", args: ["60"], env: { ...world.env },\n' +
      '      ownSession: true, stdin: "null", stderr: "null" });\n' +
      "    await progress.end();\n    summarizeRun(",
    tests: [{ file: "alone_test.ts", filter: "macp leaves no process behind" }],
  },
];
