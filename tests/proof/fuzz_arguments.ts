/**
 * Command lines of cases.
 *
 * @module
 */
import type { CommandSpec } from "../../src/cli/command.ts";
import { commands } from "../../src/cli/commands.ts";
import { globalOptions } from "../../src/cli/parse_arguments.ts";
import { ids } from "./fuzz_documents.ts";
import { names } from "./fuzz_names.ts";
import { hostileText, spoilText } from "./fuzz_texts.ts";
import { root } from "./fuzz_world.ts";
import type { Choices } from "./random.ts";

/** Arguments for a verb; hostile ones where they are what is tried. */
export function argumentsOf(choices: Choices, verb: string, isWrong: boolean): string[] {
  const spec = commands.find(({ name }) => name === verb);
  if (!spec) return [verb];
  const args = [verb, ...positional(choices, spec, isWrong)];
  const required = verb === "submit"
    ? ["--task-id", choices.one(["new-1", ...ids]), "--title", hostileText(choices) || "x"]
    : verb === "notify"
    ? ["--issue", "infra#42", "--detail", hostileText(choices) || "x"]
    : [];
  // A worker that may say what it likes is not tried here.
  if (verb === "submit" && choices.below(2) === 0) required.push("--command", "true");
  if (verb === "watch" || verb === "run") required.push("--once");
  const options = [...spec.options, ...globalOptions].filter(({ name }) =>
    name !== "watch" && (!["help", "follow", "repo"].includes(name) || isWrong)
  );
  for (let count = choices.below(isWrong ? 5 : 3); count > 0; count--) {
    const option = choices.one(options);
    const value = valueFor(choices, option, isWrong);
    if (option.name === "set" && !isWrong) continue;
    required.push(
      ...(option.kind === "flag" ? [`--${option.name}`] : [`--${option.name}=${value}`]),
    );
  }
  if (verb === "sync" && !isWrong) {
    required.push(...choices.one([["--apply"], ["--apply"], ["--write-back"], [], ["--dry-run"]]));
  }
  if (choices.below(3) === 0) required.push("--json");
  args.push(...required);
  if (!isWrong) return args;
  for (let count = choices.below(3); count > 0; count--) {
    const at = choices.below(args.length + 1);
    args.splice(at, choices.below(2), hostileText(choices));
  }
  if (choices.below(12) === 0) args[0] = spoilText(choices, verb);
  // NUL can be no part of an argument, and what is not UTF-8 does not reach the program.
  return args.map((arg) => arg.replaceAll("\0", "").replaceAll(/[\uf780-\uf7ff]/g, "?"))
    .map((arg) => arg.toWellFormed().replaceAll("__PROTO__", "__proto__"));
}

function positional(choices: Choices, spec: CommandSpec, isWrong: boolean): string[] {
  if (spec.positional === undefined) return [];
  if (isWrong && choices.below(3) === 0) return [hostileText(choices)];
  const kinds: Record<string, readonly string[]> = {
    SINK: ["webhook", "slack", "discord", "ntfy", "exec", "stdout"],
    KIND: ["done", "needs-human", "frozen"],
    "[KEY]": ["macp.base_ref", "macp", "enabled"],
    "[FILE…]": [names.queue, names.config, names.events],
  };
  const first = kinds[spec.positional];
  if (first) {
    return spec.positional.startsWith("[") && choices.below(2) === 0 ? [] : [choices.one(first)];
  }
  const reply = spec.name === "reply" ? [hostileText(choices) || "yes"] : [];
  return [choices.one(ids), ...reply];
}

function valueFor(
  choices: Choices,
  option: CommandSpec["options"][number],
  isWrong: boolean,
): string {
  if (isWrong && choices.below(2) === 0) {
    if (option.name !== "set") return hostileText(choices);
    const key = choices.one(["macp.base_ref", "macp.jobs", "enabled", "__proto__.x", "macp"]);
    return `${key}=${hostileText(choices)}`;
  }
  if (option.choices) return choices.one(option.choices);
  if (option.kind === "number") return choices.one(["1", "2", "0", "0.5"]);
  const fitting: Record<string, readonly string[]> = {
    since: ["24h", "30m", "2026-11-01T00:00:00Z"],
    docs: [names.table],
    brief: [names.brief],
    "depends-on": ["t1", "t1,t2"],
    type: ["task.failed"],
    metadata: ['{"a":1}'],
    attempt: ["1"],
    "task-id": ids,
    set: ["macp.base_ref=main"],
    repo: [root],
  };
  return choices.one(fitting[option.name] ?? ["x"]);
}
