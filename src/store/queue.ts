/**
 * The queue as a document: parsed once, edited as text, so that whatever an edit
 * does not name keeps its bytes.
 *
 * @module
 */
import { MacpError } from "../protocol/errors.ts";
import { isRecord } from "../protocol/events.ts";
import { idOf, type RawTask, statusOf } from "../protocol/task.ts";
import {
  appendElements,
  editObject,
  type ElementSpans,
  elementSpans,
  findMember,
  type Insertion,
} from "./json_text.ts";
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
  /** Text in pieces, so that an edit of a large file copies little. */
  #pieces: readonly string[];
  /** Elements in file order, not validated. */
  readonly tasks: readonly RawTask[];
  readonly #byId: ReadonlyMap<string, number>;
  /** Only known once the queue is edited. */
  #layout: Layout | null = null;
  /** Element that the second of three pieces is; it is likely to be edited again. */
  #between: number | null = null;

  private constructor(
    pieces: readonly string[],
    tasks: readonly RawTask[],
    byId: ReadonlyMap<string, number>,
  ) {
    this.#pieces = pieces;
    this.tasks = tasks;
    this.#byId = byId;
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
    if (Array.isArray(tasks)) {
      return new Queue([text], tasks, indexById(tasks, path));
    }
    throw new MacpError("failure", `Cannot read ${path} as it holds no list of tasks`, {
      code: "queue_without_tasks",
      hints: ['The queue has the form {"tasks": []}; nothing was overwritten'],
    });
  }

  /** The text, in pieces to be written one after the other. */
  get pieces(): readonly string[] {
    return this.#pieces;
  }

  /** The whole text. */
  get text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join("")];
    this.#between = null;
    return this.#pieces[0] ?? "";
  }

  /** Whether the queue is a bare array. */
  get isArray(): boolean {
    return this.text.trimStart().startsWith("[");
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

  /** Ids of the elements whose status is none that the program knows. */
  unknown(): string[] {
    return [...this.ids()].filter((id) => statusOf(this.find(id)) === null);
  }

  /**
   * The queue with patches, which never set an id, and new tasks. Patches of tasks
   * that are gone are left out; without anything to do it is the same queue.
   */
  edit(patches: readonly TaskPatch[], added: readonly RawTask[], path: string): Queue {
    const byIndex = this.#byIndex(patches);
    if (byIndex.length === 0 && added.length === 0) return this;
    const [first] = byIndex;
    if (added.length === 0 && byIndex.length === 1 && first && first[0] === this.#between) {
      return this.#editBetween(first[0], first[1]);
    }
    const text = this.text;
    const { arrayAt, starts, ends } = this.#layout ??= layoutOf(text, this.tasks.length);
    const tasks = [...this.tasks];
    const edits: Insertion[] = byIndex.map(([index, fields]) => {
      const start = starts[index] ?? 0;
      const end = ends[index] ?? 0;
      const element = editObject(text.slice(start, end), fields);
      tasks[index] = JSON.parse(element);
      return { start, end, text: element };
    });
    if (added.length > 0) {
      const last = tasks.length === 0
        ? null
        : { start: starts[tasks.length - 1] ?? 0, end: ends[tasks.length - 1] ?? 0 };
      edits.push(appendElements(text, arrayAt, last, added));
      tasks.push(...added);
    }
    const byId = added.length === 0 ? this.#byId : indexById(tasks, path);
    const queue = new Queue(splice(text, edits), tasks, byId);
    if (added.length === 0) {
      queue.#layout = { arrayAt, ...shifted({ starts, ends }, byIndex, edits) };
      queue.#between = byIndex.length === 1 && first ? first[0] : null;
    }
    return queue;
  }

  /** Edits the element that stands between the other pieces, without joining them. */
  #editBetween(index: number, fields: TaskPatch["fields"]): Queue {
    const [before = "", element = "", after = ""] = this.#pieces;
    const edited = editObject(element, fields);
    const tasks = [...this.tasks];
    tasks[index] = JSON.parse(edited);
    const queue = new Queue([before, edited, after], tasks, this.#byId);
    const start = before.length;
    const edit = { start, end: start + element.length, text: edited };
    queue.#layout = this.#layout &&
      { ...this.#layout, ...shifted(this.#layout, [[index, fields]], [edit]) };
    queue.#between = index;
    return queue;
  }

  /** Fields to set, by index in file order. */
  #byIndex(patches: readonly TaskPatch[]): [number, TaskPatch["fields"]][] {
    const byIndex = new Map<number, TaskPatch["fields"]>();
    for (const { id, fields } of patches) {
      const index = this.#byId.get(id);
      if (index !== undefined) byIndex.set(index, { ...byIndex.get(index), ...fields });
    }
    return [...byIndex].sort(([a], [b]) => a - b);
  }
}

/** Where the list of tasks and its elements stand in the text. */
interface Layout extends ElementSpans {
  arrayAt: number;
}

function layoutOf(text: string, count: number): Layout {
  const arrayAt = findArray(text);
  return { arrayAt, ...elementSpans(text, arrayAt, count) };
}

/** Pieces of a text with edits in their order. */
function splice(text: string, edits: readonly Insertion[]): string[] {
  const pieces: string[] = [];
  let done = 0;
  for (const edit of edits) {
    pieces.push(text.slice(done, edit.start), edit.text);
    done = edit.end;
  }
  return [...pieces, text.slice(done)];
}

/** Spans after the elements of the edits changed their length. */
function shifted(
  { starts, ends }: ElementSpans,
  byIndex: readonly [number, unknown][],
  edits: readonly Insertion[],
): ElementSpans {
  const moved = { starts: starts.slice(), ends: ends.slice() };
  byIndex.forEach(([index], i) => {
    const edit = edits[i];
    const by = edit ? edit.text.length - (edit.end - edit.start) : 0;
    for (let at = index; at < moved.ends.length; at++) {
      if (at > index) moved.starts[at] = (moved.starts[at] ?? 0) + by;
      moved.ends[at] = (moved.ends[at] ?? 0) + by;
    }
  });
  return moved;
}

/** Index of the list of tasks; of several members the last counts, as for `JSON.parse`. */
function findArray(text: string): number {
  const start = text.search(/[[{]/);
  if (text[start] === "[") return start;
  // A name that stands only once in the whole text is that of one member at most.
  const isOnly = text.indexOf('"tasks"') === text.lastIndexOf('"tasks"') && !text.includes("\\u");
  return findMember(text, start, "tasks", isOnly);
}

function indexById(tasks: readonly RawTask[], path: string): Map<string, number> {
  const byId = new Map<string, number>();
  let named = 0;
  for (let index = 0; index < tasks.length; index++) {
    const id = idOf(tasks[index]);
    if (id === null) continue;
    named++;
    byId.set(id, index);
  }
  if (byId.size === named) return byId;
  const doubled = tasks.map(idOf).filter((id, index) => id !== null && byId.get(id) !== index);
  throw new MacpError(
    "failure",
    `Cannot read ${path} as several tasks have the same id: ${[...new Set(doubled)].join(", ")}`,
    {
      code: "queue_duplicate_id",
      hints: ["Nothing was overwritten; give each task an id of its own"],
    },
  );
}
