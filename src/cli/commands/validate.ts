/**
 * `macp validate`
 *
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import { pipeDoubt } from "../../gates/open_pipe.ts";
import { buildDispatchCommand } from "../../dispatcher/command.ts";
import { resultOwner } from "../../dispatcher/result_owner.ts";
import { resolveGates } from "../../gates/resolve_gates.ts";
import { findCycle } from "../../controller/schedule.ts";
import { rotatedFiles } from "../../events/event_files.ts";
import { readLines } from "../../events/event_log.ts";
import { MacpError, messageOf } from "../../protocol/errors.ts";
import { isRecord } from "../../protocol/events.ts";
import {
  validateCursor,
  validateEvent,
  validateResult,
  validateState,
  validateTask,
  type Validator,
} from "../../protocol/generated/validators.js";
import { parseJsonText } from "../../protocol/parse_json.ts";
import type { ConfigFile, Task } from "../../protocol/generated/types.ts";
import { resolveSettings, type Settings, unknownKeys } from "../../protocol/settings.ts";
import { sinkNames } from "../../sinks/sink_settings.ts";
import { fieldDoubts, gateFieldDoubts } from "../field_doubts.ts";
import { filterDoubts } from "../filter_doubts.ts";
import { checkTask, dependenciesOf, idOf, isMacpAware, type RawTask } from "../../protocol/task.ts";
import { describeFault, faultsOf } from "../../protocol/validation.ts";
import { configFaults } from "../../store/config_faults.ts";
import { loadSettings } from "../../store/load_settings.ts";
import { parseConfig } from "../../store/parse_config.ts";
import { orchestratorFolder } from "../../store/paths.ts";
import { Queue } from "../../store/queue.ts";
import { readText, withoutMark } from "../../store/read_json.ts";
import type { World } from "../../sys/world.ts";
import { handoffFaults, handoffFiles, type HandoffKind, handoffKindOf } from "../check_handoff.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { usageError } from "../parse_arguments.ts";

/** What a file can be. */
type Kind = "queue" | "task" | "event" | "result" | "config" | "state" | "cursor" | HandoffKind;

const documents: Record<Exclude<Kind, "queue" | "event" | "config" | HandoffKind>, Validator> = {
  task: validateTask,
  result: validateResult,
  state: validateState,
  cursor: validateCursor,
};

/** Checks files; exit code 1 when there are faults. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, terminal, world } = invocation;
  const named = args.positional.map((file) => resolve(terminal.folder, file));
  const files = named.length > 0 ? named : await allFiles(invocation);
  const checked = files.map((file) => {
    if (world.files.stat(file) === null) {
      throw usageError(`Cannot validate ${file} as it does not exist`);
    }
    const kind = (args.text("as") ?? kindOf(world, file)) as Kind;
    return { file, kind, ...faultsOfFile(world, file, kind) };
  });
  const count = checked.reduce((sum, { faults }) => sum + faults.length, 0);
  if (output.options.json) output.json({ files: checked, faults: count });
  else {
    for (const { file, kind, faults, warnings } of checked) {
      for (const fault of faults) output.line(`${output.paint("red", "fault")}: ${fault}`);
      for (const warning of warnings) {
        output.line(`${output.paint("yellow", "warning")}: ${warning}`);
      }
      if (faults.length === 0) output.note(`${output.paint("green", "valid")}: ${file} (${kind})`);
    }
  }
  return count > 0 ? exitCodes.workFailed : exitCodes.done;
}

/** All that the repository holds. */
async function allFiles(invocation: Invocation): Promise<string[]> {
  const { files } = invocation.world;
  const folder = join((await invocation.located()).git.cwd, orchestratorFolder);
  const results = join(folder, "results");
  const attempts = join(results, "attempts");
  const below = (folder: string) => files.list(folder).map((name) => join(folder, name));
  return [
    ...["config.json", "tasks.json", "state.json", "events.ndjson", "event_cursor.json"]
      .map((name) => join(folder, name)),
    ...rotatedFiles(files, join(folder, "events.ndjson")).map(({ path }) => path),
    ...below(results),
    ...below(attempts).flatMap(below),
    ...handoffFiles(files, join(folder, "handoffs")),
  ].filter((path) => /\.(nd)?json$/.test(path) && files.stat(path) !== null);
}

function kindOf({ files }: World, file: string): Kind {
  const handoff = handoffKindOf(files, file);
  if (handoff !== null) return handoff;
  const name = basename(file);
  if (name.endsWith(".ndjson")) return "event";
  const known: Record<string, Kind> = {
    "config.json": "config",
    "tasks.json": "queue",
    "state.json": "state",
    "event_cursor.json": "cursor",
    "task.json": "task",
  };
  if (name.startsWith("tasks.")) return "queue";
  return known[name] ?? "result";
}

interface Found {
  faults: string[];
  warnings: string[];
}

function faultsOfFile(world: World, file: string, kind: Kind): Found {
  try {
    if (kind === "event") return eventFaults(world, file);
    if (kind === "handoff" || kind === "lenient-handoff" || kind === "request") {
      return { faults: handoffFaults(world.files, file, kind), warnings: [] };
    }
    const text = withoutMark(readText(world.files, file) ?? "");
    if (kind === "queue") return queueFaults(world, text, file);
    const value: unknown = kind === "config" ? parseConfig(text) : parseJsonText(text);
    const faults = kind === "config" ? configFaults(value) : faultsOf(documents[kind], value);
    const isValid = faults.length === 0;
    return {
      faults: faults.map((fault) => describeFault(file, fault)),
      warnings: kind === "config"
        ? configWarnings(value, isValid, file)
        : kind === "task"
        ? taskWarnings(value, file)
        : [],
    };
  } catch (error) {
    return { faults: [`${file}: ${messageOf(error)}`], warnings: [] };
  }
}

function configWarnings(value: unknown, isValid: boolean, file: string): string[] {
  const unknown = unknownKeys(value).map(({ path }) => `unknown key ${path} has no effect`);
  const values = value as ConfigFile;
  const doubts = isValid
    ? [
      ...filterDoubts(resolveSettings([{ origin: file, values }]).settings.macp, sinkNames),
      ...pipeDoubts(values),
      ...gateFieldDoubts(values.quality_gates),
    ]
    : [];
  return [...unknown, ...doubts].map((text) => `${file}: ${text}`);
}

/** Gates whose code is that of the last command of a pipe. */
function pipeDoubts(of: Pick<Task, "quality_gates">): string[] {
  return resolveGates(of, {}).flatMap(({ command }) => pipeDoubt(command) ?? []);
}

/** Settings of the queue's repository; the defaults where they cannot be read. */
function settingsBeside(world: World, file: string): Settings {
  try {
    return loadSettings(world, join(dirname(file), "config.json"), []).settings;
  } catch {
    return resolveSettings([]).settings;
  }
}

function queueFaults(world: World, text: string, file: string): Found {
  const settings = settingsBeside(world, file);
  const queue = Queue.parse(text, file);
  const warnings: string[] = [];
  const faults = queue.tasks.flatMap((raw, index) => {
    const checked = checkTask(raw);
    const at = `${queue.isArray ? "" : "/tasks"}/${index}`;
    const own = checked.ok
      ? []
      : checked.faults.map((fault) =>
        describeFault(file, { ...fault, path: `${at}${fault.path}` })
      );
    const unknown = dependenciesOf(raw).filter((id) => queue.find(id) === undefined)
      .map((id) =>
        `${file}: ${at}/depends_on: task ${idOf(raw)} depends on an unknown task: ${id}`
      );
    const owner = resultOwner(queue.tasks, settings, raw);
    const doubled = owner === null ? [] : [
      `${file}: ${at}/result_path: the result of task ${idOf(raw)} would be written over that of ` +
      `task ${owner}`,
    ];
    const bare = checked.ok ? commandFault(checked.task, settings, world.env) : null;
    const told = bare === null ? [] : [`${file}: ${at}/command: ${bare}`];
    // What a legacy task runs may stand in the environment of who runs it.
    if (!isMacpAware(raw)) warnings.push(...told);
    return [...own, ...unknown, ...doubled, ...isMacpAware(raw) ? told : []];
  });
  const cycle = findCycle(queue);
  if (cycle) faults.push(`${file}: depends_on forms a cycle: ${[...cycle, cycle[0]].join(" → ")}`);
  warnings.push(...queue.tasks.flatMap((raw) => taskWarnings(raw, file)));
  return { faults, warnings };
}

/** Why a pending task has nothing that a worker could run, or null. */
function commandFault(task: Task, settings: Settings, env: World["env"]): string | null {
  if (task.status !== "pending") return null;
  const template = settings.worker.command_template;
  try {
    buildDispatchCommand(task, { template, workerExec: env.MOSAIC_WORKER_EXEC });
    return null;
  } catch (error) {
    return [messageOf(error), ...error instanceof MacpError ? error.hints : []].join(". ");
  }
}

function taskWarnings(raw: RawTask, file: string): string[] {
  const checked = checkTask(raw);
  const doubts = [...checked.ok ? pipeDoubts(checked.task) : [], ...fieldDoubts(raw)];
  return doubts.map((doubt) => `${file}: ${idOf(raw) ?? "task without an id"}: ${doubt}`);
}

/** Readers accept unknown types and fields; so they only deserve a warning. */
function eventFaults(world: World, file: string): Found {
  const found: Found = { faults: [], warnings: [] };
  let number = 0;
  for (const line of readLines(world.files, file)) {
    number++;
    const where = `${file}:${number}`;
    try {
      const event = parseJsonText(line);
      for (const fault of faultsOf(validateEvent, event)) {
        const unknownType = fault.path === "/event_type" && isRecord(event) &&
          typeof event.event_type === "string";
        found[unknownType ? "warnings" : "faults"].push(describeFault(where, fault));
      }
    } catch (error) {
      found.faults.push(`${where}: ${messageOf(error)}`);
    }
  }
  return found;
}
