/**
 * `macp logs`
 *
 * @module
 */
import { MacpError } from "../../protocol/errors.ts";
import { statusOf } from "../../protocol/task.ts";
import type { Files } from "../../sys/files.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { findRecords, whatLogIsOf } from "../find_result.ts";
import { type OpenRepository, openRepository, requireTask } from "../open_repository.ts";
import { schemaVersion } from "../output.ts";
import { usageError } from "../parse_arguments.ts";

/** Milliseconds between looks at a log that grows. */
const lookMs = 200;
const chunkBytes = 64 * 1024;

/** Prints a log; with `--follow` until the attempt ended. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const id = args.positional[0] ?? "";
  const raw = requireTask(repository.store, id);
  const { logs, prunedLogs } = await findRecords(world, repository, id, raw);
  const serial = args.number("attempt");
  const log = serial === undefined ? logs.at(-1) : logs.find((log) => log.serial === serial);
  if (log === undefined) {
    const asked = serial ?? prunedLogs;
    if (asked >= 1 && asked <= prunedLogs) throw prunedError(id, asked);
    const named = logs.map(({ serial, path }) => {
      const what = whatLogIsOf(world.files, path);
      return what === null ? `${serial}` : `${serial} (${what})`;
    });
    throw usageError(
      `Cannot print the log as task ${id} has none${serial ? ` of attempt ${serial}` : ""}`,
      [
        `Serials with a log: ${named.join(", ") || "none"}`,
      ],
    );
  }
  const about = { task_id: id, attempt: log.serial };
  if (args.flag("follow")) {
    const print = (text: string) =>
      output.options.json
        ? output.jsonLine({ schema_version: schemaVersion, ...about, text })
        : output.raw(text);
    await follow(invocation, repository, { id, path: log.path, serial: log.serial, print });
  } else if (output.options.json) {
    output.json({ ...about, text: [...readFrom(world.files, log.path, { offset: 0 })].join("") });
  } else {
    for (const text of readFrom(world.files, log.path, { offset: 0 })) output.raw(text);
  }
  return exitCodes.done;
}

function prunedError(id: string, serial: number): MacpError {
  return new MacpError(
    "usage",
    `Cannot print the log of attempt ${serial} of task ${id} as retention removed it`,
    {
      code: "log_removed",
      hints: [
        "macp config macp.retention.log_days says how long logs are kept",
        `See: macp show ${id}`,
      ],
    },
  );
}

async function follow(
  { world, terminal }: Invocation,
  { store }: OpenRepository,
  { id, path, serial, print }: {
    id: string;
    path: string;
    serial: number;
    print: (text: string) => void;
  },
): Promise<void> {
  const stop = new AbortController();
  const release = (["SIGINT", "SIGTERM"] as const)
    .map((signal) => terminal.onSignal(signal, () => stop.abort()));
  const position = { offset: 0 };
  let inode = world.files.stat(path)?.inode;
  try {
    for (let live = true; live && !stop.signal.aborted;) {
      // Asked before reading: what was written until then is read below.
      live = store.readState().running[id]?.serial === serial &&
        statusOf(store.readQueue().find(id)) !== null;
      const now = world.files.stat(path);
      // A log that grew too large was written anew without its middle.
      if (now && now.inode !== inode) [inode, position.offset] = [now.inode, now.size];
      for (const text of readFrom(world.files, path, position)) print(text);
      if (live) await world.clock.sleep(lookMs, stop.signal);
    }
  } finally {
    release.forEach((off) => off());
  }
}

/** Text from a position on, which moves to the end. */
function* readFrom(files: Files, path: string, position: { offset: number }): Generator<string> {
  if (files.stat(path) === null) return;
  const file = files.open(path, { read: true });
  try {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(chunkBytes);
    file.seek(position.offset);
    for (let read = file.read(buffer); read !== null; read = file.read(buffer)) {
      position.offset += read;
      yield decoder.decode(buffer.subarray(0, read), { stream: true });
    }
    yield decoder.decode();
  } finally {
    file.close();
  }
}
