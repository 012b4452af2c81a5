/**
 * Validators of the formats. Made by `deno task schemas` from schemas/*.schema.json; do not edit.
 *
 * @module
 */

/** One way in which a document does not fit its schema. */
export interface SchemaError {
  /** JSON pointer into the document (RFC 6901), empty for the whole. */
  instancePath: string;
  /** Keyword of the schema that is not met. */
  keyword: string;
  /** What the keyword asks for. */
  params: Record<string, unknown>;
}

/** Tells whether a document fits; `errors` holds the faults of the newest one, or null. */
export interface Validator {
  (data: unknown): boolean;
  errors: SchemaError[] | null;
}

export const validateTask: Validator;
export const validateEvent: Validator;
export const validateResult: Validator;
export const validateConfig: Validator;
export const validateState: Validator;
export const validateCursor: Validator;
export const validateHandoff: Validator;
export const validateLenientHandoff: Validator;
