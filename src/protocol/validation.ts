/**
 * Faults of a document that does not fit its schema, as a person reads them.
 *
 * @module
 */
import type { SchemaError, Validator } from "./generated/validators.js";

/** One fault of a document. */
export interface Fault {
  /** JSON pointer into the document (RFC 6901), empty for the whole. */
  path: string;
  /** What is there, as short JSON; `undefined` when nothing is. */
  value: string;
  /** What was expected. */
  expected: string;
}

/** Patterns that have a name. */
const meaning: ReadonlyMap<string, string> = new Map([
  [String.raw`^(?:[01]?\d|2[0-3]):[0-5]\d$`, "a time of day such as 22:00"],
]);

/** All faults of a document; none when it fits. */
export function faultsOf(validate: Validator, document: unknown): Fault[] {
  if (validate(document)) return [];
  const errors = relevant(validate.errors ?? []);
  const faults = joinForms(errors.filter(isCause)).map((error) => faultOf(error, document));
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = `${fault.path} ${fault.expected}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** One line for a fault: `<file>: <path>: found <value>, expected <what>`. */
export function describeFault(file: string, fault: Fault): string {
  return `${file}: ${fault.path || "/"}: found ${fault.value}, expected ${fault.expected}`;
}

/**
 * Without what the other forms of a value ask for, where it has one of several forms and
 * what is wrong stands inside of it.
 */
function relevant(errors: readonly SchemaError[]): readonly SchemaError[] {
  const chosen = new Set(errors.filter(({ keyword }) => keyword === "anyOf").map(pathOf));
  const isOtherForm = (error: SchemaError) => error.keyword === "type" && chosen.has(pathOf(error));
  const isInside = (path: string) => (error: SchemaError) =>
    isCause(error) && !isOtherForm(error) && `${pathOf(error)}/`.startsWith(`${path}/`);
  return errors.filter((error) => !isOtherForm(error) || !errors.some(isInside(pathOf(error))));
}

/** Types of which a value may have any, as one error. */
function joinForms(errors: readonly SchemaError[]): SchemaError[] {
  const types = (path: string) =>
    errors.filter((error) => error.keyword === "type" && pathOf(error) === path)
      .flatMap(({ params }) => [params.type].flat());
  return errors.map((error) =>
    error.keyword === "type" ? { ...error, params: { type: types(pathOf(error)) } } : error
  );
}

function pathOf({ instancePath }: SchemaError): string {
  return instancePath;
}

/** `anyOf` and `if` only say that something below failed; what failed is listed itself. */
function isCause(error: SchemaError): boolean {
  return error.keyword !== "anyOf" && error.keyword !== "if";
}

function faultOf(error: SchemaError, document: unknown): Fault {
  const { keyword, params, instancePath } = error;
  if (keyword === "required") {
    return {
      path: `${instancePath}/${String(params.missingProperty)}`,
      value: "nothing",
      expected: "a value, as it is required",
    };
  }
  return {
    path: instancePath,
    value: shortJson(valueAt(document, instancePath)),
    expected: expectation(error),
  };
}

/** The value that a JSON pointer (RFC 6901) points to. */
function valueAt(document: unknown, pointer: string): unknown {
  const keys = pointer.split("/").slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  return keys.reduce<unknown>((value, key) => {
    const holder = value as Record<string, unknown> | null | undefined;
    return typeof holder === "object" ? holder?.[key] : undefined;
  }, document);
}

function expectation({ keyword, params }: SchemaError): string {
  switch (keyword) {
    case "type":
      return [params.type].flat().map(String).join(" or ");
    case "enum":
      return `one of ${(params.allowedValues as unknown[]).map(shortJson).join(", ")}`;
    case "const":
      return shortJson(params.allowedValue);
    case "minimum":
    case "maximum":
    case "exclusiveMinimum":
      return `a number ${String(params.comparison)} ${String(params.limit)}`;
    case "minLength":
      return "a text that is not empty";
    case "pattern":
      return meaning.get(String(params.pattern)) ?? `a text that matches ${String(params.pattern)}`;
    case "format":
      return `a ${String(params.format)}`;
    case "additionalProperties":
      return `no field ${shortJson(params.additionalProperty)}`;
    default:
      return keyword;
  }
}

/** JSON of a value, at most 80 characters. */
export function shortJson(value: unknown): string {
  const json = JSON.stringify(value) ?? "nothing";
  return json.length > 80 ? `${json.slice(0, 79)}…` : json;
}
