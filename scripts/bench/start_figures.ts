/**
 * Figures of starting: how long until a short command is done.
 *
 * @module
 */
import { join } from "@std/path";
import { compileProgram } from "../compile.ts";
import { type Figure, formatValue, median, ratioFigure } from "./figures.ts";
import { type Call, measureInTurn, type Rounds } from "./measure.ts";
import { mixedTasks } from "./queue_file.ts";
import { type Bench, makeRepository, succeed, writeQueue } from "./repository.ts";

/** The imports of the older implementation. */
const pythonImports = "import json,argparse,urllib.request,subprocess,pathlib";

/** Compiles a program that prints one line, in the way of macp. Gives its path. */
export async function compileHello(folder: string): Promise<string> {
  const entry = join(folder, "bench_hello.ts");
  Deno.writeTextFileSync(entry, 'console.log("hello");\n');
  const output = join(folder, "bench_hello");
  await compileProgram(entry, output);
  return output;
}

/** Times of `--version` and of `status` on 20 tasks. */
export async function startFigures(bench: Bench, rounds: Rounds): Promise<Figure[]> {
  const repository = await makeRepository(bench, "start");
  writeQueue(repository, mixedTasks(20));
  const call = (program: string, ...args: string[]) => (): Call => ({
    program,
    args,
    cwd: repository,
    env: bench.env,
  });
  const hello = await compileHello(bench.folder);
  const [version = [], floor = []] = measureInTurn(
    [call(bench.macp, "--version"), call(hello)],
    rounds,
  );
  return [
    ratioFigure("macp --version : hello world", {
      of: version,
      to: floor,
      most: 1.3,
      commands: ["dist/macp --version", 'console.log("hello"), compiled in the same way'],
    }),
    await nodeFigure(bench, call, rounds),
    ...await statusFigures(bench, call, rounds),
  ];
}

/** `--version` beside Node that does nothing. */
async function nodeFigure(
  bench: Bench,
  call: (program: string, ...args: string[]) => () => Call,
  rounds: Rounds,
): Promise<Figure> {
  const name = "macp --version : node -e 0";
  const commands = ["dist/macp --version", "node -e 0"];
  try {
    await succeed(bench, "node", ["-e", "0"], bench.folder);
  } catch {
    return { name, value: null, unit: "×", most: null, note: "no node here", commands };
  }
  const subjects = [call(bench.macp, "--version"), call("node", "-e", "0")];
  const [of = [], to = []] = measureInTurn(subjects, rounds);
  return ratioFigure(name, { of, to, most: null, commands });
}

/**
 * `status` beside the python3 that the path gives, and beside the interpreter itself,
 * where the former is a script that starts it.
 */
async function statusFigures(
  bench: Bench,
  call: (program: string, ...args: string[]) => () => Call,
  rounds: Rounds,
): Promise<Figure[]> {
  const name = "macp status, 20 tasks : python3 imports";
  const most = 0.7;
  const commands = ["dist/macp status", `python3 -c '${pythonImports}'`];
  const status = call(bench.macp, "status");
  let interpreter: string;
  try {
    const ask = ["-c", `${pythonImports},sys; print(sys.executable)`];
    interpreter = (await succeed(bench, "python3", ask, bench.folder)).trim();
  } catch {
    const [times = []] = measureInTurn([status], rounds);
    const note = `no python3 here; macp status takes ${formatValue(median(times), "ms")}`;
    return [{ name, value: null, unit: "×", most, note, commands }];
  }
  const [of = [], python = [], itself = []] = measureInTurn([
    status,
    call("python3", "-c", pythonImports),
    call(interpreter, "-c", pythonImports),
  ], rounds);
  return [
    ratioFigure(name, { of, to: python, most, commands }),
    ratioFigure("macp status, 20 tasks : the interpreter itself", {
      of,
      to: itself,
      most: null,
      commands: [
        "dist/macp status",
        "the same imports, by the interpreter that python3 ends up in",
      ],
    }),
  ];
}
