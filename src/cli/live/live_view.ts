/**
 * The live view on a terminal: what runs, drawn anew below what is printed.
 *
 * @module
 */
import type { Terminal } from "../../sys/terminal.ts";
import type { World } from "../../sys/world.ts";
import type { Invocation } from "../command.ts";
import { Output } from "../output.ts";
import type { Canvas } from "./render_board.ts";
import { marksFor } from "./marks.ts";
import { Region } from "./region.ts";

/** Milliseconds between two frames at least. */
const frameMs = 100;

/** How a view is drawn. */
export interface ViewOptions {
  /** Rows above the view that stay free for what is printed; 2 unless given. */
  freeRows?: number;
  /** Milliseconds between two frames at most; 500 unless given. */
  clockMs?: number;
}

/** Makes the lines of a frame. */
export type MakeFrame = (canvas: Canvas) => Promise<readonly string[]> | readonly string[];

/** Draws frames until it is ended. */
export class LiveView {
  /** The call with a terminal and an output that print above the view. */
  readonly invocation: Invocation;
  readonly #terminal: Terminal;
  readonly #world: World;
  readonly #region: Region;
  readonly #make: MakeFrame;
  readonly #options: Required<ViewOptions>;
  readonly #over = new AbortController();
  #wake = new AbortController();
  readonly #drawing: Promise<void>;

  constructor(invocation: Invocation, make: MakeFrame, options: ViewOptions = {}) {
    const { world, terminal, output } = invocation;
    this.#terminal = terminal;
    this.#world = world;
    this.#make = make;
    this.#options = { freeRows: 2, clockMs: 500, ...options };
    this.#region = new Region(terminal, () => this.touch());
    const above = this.#region.terminal;
    this.invocation = {
      ...invocation,
      terminal: above,
      output: new Output(above, world.env, output.options),
    };
    this.#drawing = this.#run();
  }

  /** Something changed: the next frame comes soon. */
  touch(): void {
    this.#wake.abort();
  }

  /** Takes the view away, or leaves its last frame. */
  async end(last: "clear" | "leave" = "clear"): Promise<void> {
    this.#over.abort();
    this.touch();
    await this.#drawing;
    if (last === "leave") this.#region.leave();
    else this.#region.end();
  }

  async #run(): Promise<void> {
    const { clock } = this.#world;
    while (!this.#over.signal.aborted) {
      await this.#frame();
      await clock.sleep(frameMs, this.#over.signal);
      if (!this.#wake.signal.aborted) {
        await clock.sleep(this.#options.clockMs - frameMs, this.#wake.signal);
      }
      this.#wake = new AbortController();
    }
  }

  /** A frame that cannot be made leaves the one before: the work itself tells what is wrong. */
  async #frame(): Promise<void> {
    try {
      const lines = await this.#make(this.#canvas());
      const { redaction } = this.invocation.output.options;
      if (!this.#over.signal.aborted) this.#region.draw(lines.map((line) => redaction.text(line)));
    } catch {
      // The next one may be well.
    }
  }

  #canvas(): Canvas {
    const output = this.invocation.output;
    return {
      columns: Math.max(10, this.#terminal.columns()),
      rows: Math.max(1, this.#terminal.rows() - this.#options.freeRows),
      marks: marksFor(this.#world.env),
      paint: (color, text) => output.paint(color, text),
    };
  }
}
