/**
 * Makes a counter-example small.
 *
 * @module
 */
import type { FuzzInput } from "./fuzz_inputs.ts";

/** Most cases that are tried, and most milliseconds, while one is made small. */
const limits = { tries: 1500, ms: 20_000 };

/** What kind of fault a text tells of: two of the same kind are taken for one. */
export function kindOf(fault: string): string {
  return fault.replace(/[:"].*$/s, "").replaceAll(/\d+/g, "0").slice(0, 60);
}

/** A smaller case with a fault of the same kind. */
export async function shrink(
  input: FuzzInput,
  fault: string,
  attempt: (input: FuzzInput) => Promise<string | null>,
): Promise<{ input: FuzzInput; fault: string }> {
  const end = performance.now() + limits.ms;
  let best = { input, fault };
  let tries = 0;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const candidate of smallerInputs(best.input)) {
      if (++tries > limits.tries || performance.now() > end) return best;
      const found = await attempt(candidate);
      if (found === null || kindOf(found) !== kindOf(fault)) continue;
      best = { input: candidate, fault: found };
      smaller = true;
      break;
    }
  }
  return best;
}

function* smallerInputs(input: FuzzInput): Generator<FuzzInput> {
  for (const name of Object.keys(input.files)) {
    const { [name]: _, ...files } = input.files;
    yield { ...input, files };
  }
  for (let at = input.args.length - 1; at > 0; at--) {
    yield { ...input, args: input.args.toSpliced(at, 1) };
  }
  if (input.answers.length > 1) yield { ...input, answers: input.answers.slice(0, 1) };
  for (const field of ["output", "report"] as const) {
    for (const text of smallerTexts(input[field])) yield { ...input, [field]: text };
  }
  for (const [name, text] of Object.entries(input.files)) {
    for (const smaller of smallerTexts(text)) {
      yield { ...input, files: { ...input.files, [name]: smaller } };
    }
  }
  for (const [at, arg] of input.args.entries()) {
    if (at === 0) continue;
    for (const smaller of smallerTexts(arg)) yield { ...input, args: input.args.with(at, smaller) };
  }
}

function* smallerTexts(text: string): Generator<string> {
  if (text === "") return;
  const document = parse(text);
  if (document !== undefined && typeof document === "object" && document !== null) {
    for (const smaller of smallerValues(document)) yield JSON.stringify(smaller);
    return;
  }
  const lines = text.split(/(?<=\n)/);
  if (lines.length > 1) {
    for (let size = lines.length >> 1; size > 0; size >>= 1) {
      for (let at = 0; at < lines.length; at += size) yield lines.toSpliced(at, size).join("");
    }
    for (const [at, line] of lines.entries()) {
      const inner = parse(line);
      if (inner === undefined) continue;
      for (const smaller of smallerValues(inner)) {
        yield lines.with(at, `${JSON.stringify(smaller)}\n`).join("");
      }
    }
    if (text.length > 2000) return;
  }
  for (let size = text.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size);
    if (text.length / size > 64) return;
  }
}

function* smallerValues(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) yield value.toSpliced(at, 1);
    for (let at = 0; at < value.length; at++) {
      for (const smaller of smallerValues(value[at])) yield value.with(at, smaller);
    }
  } else if (typeof value === "object" && value !== null) {
    const members = Object.entries(value);
    for (let at = 0; at < members.length; at++) yield toObject(members.toSpliced(at, 1));
    for (const [at, [key, member]] of members.entries()) {
      for (const smaller of smallerValues(member)) yield toObject(members.with(at, [key, smaller]));
    }
  } else if (typeof value === "string" && value.length > 1) {
    yield value.slice(0, value.length >> 1);
    yield value.slice(value.length >> 1);
  }
}

/** Also of a member `__proto__`, which an object literal would take for something else. */
function toObject(members: readonly (readonly [string, unknown])[]): object {
  return Object.fromEntries(members);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
