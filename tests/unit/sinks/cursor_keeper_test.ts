import { assertEquals } from "@std/assert";
import { positionAt } from "../../../src/events/tail_position.ts";
import { CursorKeeper } from "../../../src/sinks/cursor_keeper.ts";
import { MemoryFiles } from "../memory_files.ts";

const path = "/o/event_cursor.json";

/** A keeper whose clock moves only by sleeping, and by what a test lets take time. */
function keeper({ lockMs = 0, writeMs = 0 }: { lockMs?: number; writeMs?: number }) {
  const slept: number[] = [];
  let elapsed = 0;
  let count = 0;
  class SlowFiles extends MemoryFiles {
    override lock(path: string) {
      elapsed += lockMs;
      return super.lock(path);
    }
    override rename(from: string, to: string) {
      elapsed += writeMs;
      super.rename(from, to);
    }
  }
  const files = new SlowFiles();
  files.makeFolder("/o");
  const clock = {
    now: () => elapsed,
    elapsed: () => elapsed,
    sleep(ms: number) {
      slept.push(ms);
      elapsed += ms;
      return Promise.resolve();
    },
    deadline: () => new AbortController().signal,
  };
  return { cursors: new CursorKeeper({ files, clock, uuid: () => String(++count) }, path), slept };
}

async function saveTwice(cursors: CursorKeeper): Promise<void> {
  await cursors.save("a", positionAt(1));
  await cursors.save("a", positionAt(2));
  assertEquals(cursors.cursor("a")?.offset, 2);
}

Deno.test("CursorKeeper.save() writes a file less often the longer a write takes", async () => {
  const { cursors, slept } = keeper({ writeMs: 30 });
  await saveTwice(cursors);
  assertEquals(slept, [300]);
});

Deno.test("CursorKeeper.save() does not count what it waited for the lock", async () => {
  const { cursors, slept } = keeper({ lockMs: 400 });
  await saveTwice(cursors);
  assertEquals(slept, [50]);
});
