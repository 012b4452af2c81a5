/**
 * `macp status`
 *
 * @module
 */
import type { Invocation } from "../command.ts";
import { exitCodes } from "../exit_codes.ts";
import { openRepository, requireTask } from "../open_repository.ts";
import { StatusReader } from "../status/overview.ts";
import { statusDocument } from "../status/status_document.ts";
import { statusLines } from "../status/status_lines.ts";

/** Shows the queue, once or until a signal ends it. */
export async function run(invocation: Invocation): Promise<number> {
  const { args, output, world } = invocation;
  const repository = await openRepository(invocation);
  const wanted = args.text("task-id");
  if (wanted !== undefined) requireTask(repository.store, wanted);
  const reader = new StatusReader(world, repository, wanted);
  if (args.flag("watch")) {
    const { watchStatus } = await import("../status/watch_status.ts");
    return await watchStatus(invocation, {
      reader,
      lines: (look) => statusLines(invocation, repository, look),
      document: (look) => statusDocument(repository, look),
    });
  }
  const look = await reader.look();
  look.warnings.forEach((text) => output.warn(text));
  if (output.options.json) output.json(statusDocument(repository, look));
  else for (const line of await statusLines(invocation, repository, look)) output.line(line);
  return exitCodes.done;
}
