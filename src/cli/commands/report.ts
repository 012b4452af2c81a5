/**
 * `macp report`
 *
 * @module
 */
import { basename, dirname, join, resolve } from "@std/path";
import { renderPage, reportMark } from "../../report/render_page.ts";
import { atomicWrite } from "../../store/atomic_write.ts";
import { MacpError } from "../../protocol/errors.ts";
import type { Files } from "../../sys/files.ts";
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { gatherReport } from "../gather_report.ts";
import { openRepository } from "../open_repository.ts";
import { usageError } from "../parse_arguments.ts";
import { parseSince } from "../time.ts";

/** Bytes of a file among which the mark of a report stands. */
const headBytes = 512;

/** Writes the report, or prints its data. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world, terminal } = invocation;
  const since = args.text("since");
  const from = since === undefined ? null : parseSince(since, world.clock.now());
  const out = args.text("out");
  const { json } = output.options;
  if (json && out === "-") {
    throw usageError("Cannot print the report as --json prints its data there: --out -");
  }
  const repository = await openRepository(invocation);
  const path = out === "-" || (json && out === undefined)
    ? null
    : out === undefined
    ? join(repository.paths.folder, "report.html")
    : resolve(terminal.folder, out);
  if (path !== null) refuseOther(world.files, path);
  const data = await gatherReport(world, repository, from);
  if (data.unreadable_lines > 0) {
    output.warn(`${data.unreadable_lines} lines are no events and were passed over`);
  }
  if (json) output.json({ file: path, ...data });
  if (out === "-") output.raw((await renderPage(data)).join(""));
  if (path !== null) {
    atomicWrite(world, path, await renderPage(data), { followLink: true });
    const { tasks, attempts, waiting } = data.summary;
    output.note(`${path}: ${tasks} tasks, ${attempts} attempts, ${waiting} for a person`);
  }
  return exitCodes.done;
}

/** Throws `MacpError` of kind usage when something else than a report stands there. */
function refuseOther(files: Files, path: string): void {
  const refuse = (why: string, ...hints: string[]) =>
    new MacpError("usage", `Cannot write the report as ${why}: ${path}`, {
      code: "report_refused",
      hints,
    });
  if (!/\.html?$/i.test(basename(path))) {
    throw refuse("its name ends neither in .html nor in .htm", "Give --out report.html");
  }
  if (files.stat(dirname(path))?.kind !== "folder") throw refuse("there is no such folder");
  const there = files.stat(path);
  if (there === null) return;
  if (there.kind !== "file" || !isReport(files, path)) {
    throw refuse("something else stands there", "Name another file with --out");
  }
}

function isReport(files: Files, path: string): boolean {
  const file = files.open(path, { read: true });
  try {
    const head = new Uint8Array(headBytes);
    const read = file.read(head) ?? 0;
    return read === 0 || new TextDecoder().decode(head.subarray(0, read)).includes(reportMark);
  } finally {
    file.close();
  }
}
