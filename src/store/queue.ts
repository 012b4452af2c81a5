/**
 * The queue as a document: parsed once, edited as text, so that whatever an edit
 * does not name keeps its bytes.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { idOf, type RawTask } from "../protocol/task.ts";
import { appendElements, editObject, elementSpans, memberSpans, type Span } from "./json_text.ts";
import { parseJson } from "./read_json.ts";

/** Fields of one task to set; `undefined` removes a field. */
export interface TaskPatch {
  id: string;
  fields: Readonly<Record<string, unknown>>;
}

/** Text of a queue without tasks. */
export const emptyQueue = '{\n  "tasks": []\n}\n';

/** A queue at one moment. Never changed; edits give a new one. */
export class Queue {
  readonly text: string;
  /** Elements in file order, not validated. */
  readonly tasks: readonly RawTask[];
  readonly #arrayAt: number;
  readonly #spans: readonly Span[];
  readonly #byId: ReadonlyMap<string, number>;

  private constructor(text: string, tasks: readonly RawTask[], path: string) {
    this.text = text;
    this.tasks = tasks;
    this.#arrayAt = findArray(text);
    this.#spans = elementSpans(text, this.#arrayAt);
    this.#byId = indexById(tasks, path);
  }

  /**
   * Parses the text of a queue: `{"tasks": […]}` or a bare array.
   *
   * Throws `MacpError` when it is neither, or two tasks share an id.
   */
  static parse(text: string, path: string): Queue {
    const document = parseJson(text, path);
    const tasks = Array.isArray(document)
      ? document
      : isRecord(document)
      ? document.tasks
      : undefined;
    if (!Array.isArray(tasks)) {
      throw new MacpError("failure", `Cannot read ${path} as it holds no list of tasks`, {
        code: "queue_without_tasks",
        hints: ['The queue has the form {"tasks": []}; nothing was overwritten'],
      });
    }
    return new Queue(text, tasks, path);
  }

  /** The element with this id, or undefined. */
  find(id: string): RawTask | undefined {
    const index = this.#byId.get(id);
    return index === undefined ? undefined : this.tasks[index];
  }

  /** Ids in file order. */
  ids(): IterableIterator<string> {
    return this.#byId.keys();
  }

  /** How many elements have no id. */
  nameless(): number {
    return this.tasks.length - this.#byId.size;
  }

  /** The queue with patches and new tasks. Patches of tasks that are gone are left out. */
  edit(patches: readonly TaskPatch[], added: readonly RawTask[], path: string): Queue {
    const byIndex = new Map<number, Readonly<Record<string, unknown>>>();
    for (const { id, fields } of patches) {
      const index = this.#byId.get(id);
      if (index !== undefined) byIndex.set(index, { ...byIndex.get(index), ...fields });
    }
    const tasks = [...this.tasks];
    const pieces: string[] = [];
    let done = 0;
    for (const [index, fields] of [...byIndex].sort(([a], [b]) => a - b)) {
      const span = this.#spans[index];
      if (!span) continue;
      const element = editObject(this.text.slice(span.start, span.end), fields);
      tasks[index] = JSON.parse(element);
      pieces.push(this.text.slice(done, span.start), element);
      done = span.end;
    }
    pieces.push(this.text.slice(done));
    const patched = pieces.join("");
    if (added.length === 0) return new Queue(patched, tasks, path);
    return new Queue(appendElements(patched, this.#arrayAt, added), [...tasks, ...added], path);
  }
}

/** Index of the list of tasks; of several members the last counts, as for `JSON.parse`. */
function findArray(text: string): number {
  const start = text.search(/[[{]/);
  if (text[start] === "[") return start;
  return memberSpans(text, start).findLast(({ key }) => key === "tasks")?.value.start ?? start;
}

function indexById(tasks: readonly RawTask[], path: string): Map<string, number> {
  const byId = new Map<string, number>();
  const doubled: string[] = [];
  for (const [index, raw] of tasks.entries()) {
    const id = idOf(raw);
    if (id === null) continue;
    if (byId.has(id)) doubled.push(id);
    else byId.set(id, index);
  }
  if (doubled.length === 0) return byId;
  throw new MacpError(
    "failure",
    `Cannot read ${path} as several tasks have the same id: ${[...new Set(doubled)].join(", ")}`,
    {
      code: "queue_duplicate_id",
      hints: ["Nothing was overwritten; give each task an id of its own"],
    },
  );
}
