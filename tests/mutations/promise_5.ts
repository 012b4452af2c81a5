/**
 * Secrets stay inside.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";

/** Mutations by which a secret comes out. */
export const tellsSecrets: readonly Mutation[] = [
  {
    promise: 5,
    module: "redaction/derived_forms.ts",
    why: "a secret in base64 is not known again",
    find: "...base64Forms(bytes)]",
    replace: "...base64Forms(bytes).slice(0, 0)]",
    tests: [{ file: "secrets_test.ts", filter: "in base64" }],
  },
  {
    promise: 5,
    module: "dispatcher/worker_environment.ts",
    why: "a worker gets the secrets of the program itself",
    find: '!ownSecrets.includes(name) && name !== "OLDPWD"',
    replace: '(ownSecrets.includes(name) || name !== "OLDPWD")',
    tests: [{ file: "secrets_test.ts", filter: "own secrets do not reach the worker" }],
  },
  {
    promise: 5,
    module: "cli/redacted_json.ts",
    why: "--json prints secrets",
    find: "withVisible(text(redactParts(json, text)))",
    replace: "withVisible(json)",
    tests: [{ file: "secrets_test.ts", filter: "What commands print is redacted" }],
  },
  {
    promise: 5,
    module: "logs/attempt_log.ts",
    why: "the log holds what a worker prints as it is",
    find: "this.#append(this.#redaction.push(this.#cleaners[stream].push(bytes)));",
    replace: "this.#append(this.#cleaners[stream].push(bytes));",
    tests: [{ file: "secrets_test.ts", filter: "show 7: a secret of the environment" }],
  },
  {
    promise: 5,
    module: "cli/open_repository.ts",
    why: "events hold secrets",
    find: "(event) => redactEvent(redactor, event)",
    replace: "(event) => redactEvent({ ...redactor, text: String, value: (json) => json }, event)",
    tests: [{ file: "secrets_test.ts", filter: "is in no event and not in the ledger" }],
  },
];
