import { assertEquals } from "@std/assert";
import { waitForHandoff } from "../../../src/delegation/wait_for_handoff.ts";
import type { HandoffRead } from "../../../src/delegation/handoff_file.ts";
import { realFiles } from "../../../src/host/files.ts";
import { realWorld } from "../../../src/host/world.ts";
import type { World } from "../../../src/sys/world.ts";

/** What happens at a time, in milliseconds since the beginning. */
type Plan = [at: number, act: () => void][];

/**
 * A world in which time passes only by sleeping, and by opening files for `readMs` each;
 * `plan` happens meanwhile.
 */
function plannedWorld(plan: Plan, readMs = 0) {
  let now = 0;
  const left = [...plan];
  const counts = { opens: 0, looks: 0, watches: 0, watching: 0 };
  let tell: (name: string) => void = () => {};
  const world: Pick<World, "files" | "clock"> = {
    files: {
      ...realFiles,
      open: (path, options) => {
        counts.opens++;
        now += readMs;
        return realFiles.open(path, options);
      },
      lstat: (path) => {
        counts.looks++;
        return realFiles.lstat(path);
      },
      watch: (_folder, changed) => {
        tell = changed;
        counts.watches++;
        counts.watching++;
        return () => void counts.watching--;
      },
    },
    clock: {
      ...realWorld().clock,
      elapsed: () => now,
      sleep: (ms, signal) => {
        const end = now + ms;
        while (!signal?.aborted && left[0] !== undefined && left[0][0] <= end) {
          const [at, act] = left.shift() as Plan[number];
          now = at;
          act();
        }
        if (!signal?.aborted) now = end;
        return Promise.resolve();
      },
    },
  };
  return { world, counts, now: () => now, tell: (name: string) => tell(name) };
}

type Planned = ReturnType<typeof plannedWorld>;

/** Waits in a temporary folder while the plan that `make` gives happens. */
async function waitWhile(
  make: (path: string, tell: (name?: string) => void) => Plan,
  { timeoutMs = 300_000, readMs = 0, signal }: {
    timeoutMs?: number;
    readMs?: number;
    signal?: AbortSignal;
  } = {},
): Promise<{ read: HandoffRead | null } & Planned> {
  const parent = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${parent}/handoffs`);
    const path = `${parent}/handoffs/run.json`;
    const plan = make(path, (name = "run.json") => planned.tell(name));
    const planned: Planned = plannedWorld(plan, readMs);
    const options = signal === undefined ? { timeoutMs } : { timeoutMs, signal };
    return { read: await waitForHandoff(planned.world, path, options), ...planned };
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
}

/** Replaces a file as an agent does that writes aside first. */
function replaceFile(path: string, text: string): void {
  Deno.writeTextFileSync(`${path}.tmp`, text);
  Deno.renameSync(`${path}.tmp`, path);
}

/** The answer's `result`, or the kind of what was read. */
function brief(read: HandoffRead | null): unknown {
  return read?.kind === "read" ? read.document.result : read?.kind ?? null;
}

Deno.test("waitForHandoff() takes an answer that is there already, without sleeping", async () => {
  const parent = Deno.makeTempDirSync();
  try {
    const { world, now, counts } = plannedWorld([]);
    Deno.writeTextFileSync(`${parent}/run.json`, '{"result":1}');
    assertEquals(brief(await waitForHandoff(world, `${parent}/run.json`, { timeoutMs: 0 })), 1);
    assertEquals([now(), counts.opens, counts.watching], [0, 1, 0]);
  } finally {
    Deno.removeSync(parent, { recursive: true });
  }
});

Deno.test("waitForHandoff() takes an answer at the change, with one read", async () => {
  const { read, now, counts } = await waitWhile((path, tell) => [
    [100_000, () => tell("other.json")],
    [100_001, () => {
      replaceFile(path, '{"result":2}');
      tell();
    }],
  ]);
  assertEquals([brief(read), now(), counts.opens, counts.watching], [2, 100_001, 1, 0]);
});

Deno.test("waitForHandoff() does not look at the answer when other files change", async () => {
  const changes: Plan = [];
  const { read, counts } = await waitWhile((_path, tell) => {
    for (let at = 0; at < 10_000; at++) changes.push([at, () => tell("other.json")]);
    return changes;
  }, { timeoutMs: 10_000 });
  assertEquals([read, counts.opens], [null, 0]);
  assertEquals(counts.looks < 30, true, `${counts.looks} looks`);
});

Deno.test("waitForHandoff() finds an answer within half a second when nothing tells of it", async () => {
  const { read, now } = await waitWhile((path) => [
    [100_000, () => replaceFile(path, '{"result":3}')],
  ]);
  assertEquals(brief(read), 3);
  assertEquals(now() - 100_000 <= 500, true, `${now()} ms`);
});

Deno.test("waitForHandoff() finds a quick answer quickly when nothing tells of it", async () => {
  const { read, now } = await waitWhile((path) => [[30, () => replaceFile(path, '{"result":3}')]]);
  assertEquals(brief(read), 3);
  assertEquals(now() <= 60, true, `${now()} ms`);
});

Deno.test("waitForHandoff() waits for a file that grows until it parses", async () => {
  const { read, now } = await waitWhile((path, tell) => {
    const pieces = ["{", '"result"', ":", '"gr', "own", '"}'];
    return pieces.map((piece, n) => [1000 + n * 1900, () => {
      Deno.writeTextFileSync(path, piece, { append: true });
      tell();
    }]);
  });
  assertEquals([brief(read), now()], ["grown", 1000 + 5 * 1900]);
});

Deno.test("waitForHandoff() takes what does not parse when it stayed the same for 2 s", async () => {
  const { read, now, counts } = await waitWhile((path, tell) => [
    [1000, () => {
      Deno.writeTextFileSync(path, "almost");
      tell();
    }],
    [2000, () => {
      Deno.writeTextFileSync(path, "almost JSON");
      tell();
    }],
  ]);
  assertEquals([read?.kind === "unparsable" && read.text, now()], ["almost JSON", 4000]);
  assertEquals(counts.opens, 3);
});

Deno.test("waitForHandoff() reads again what changed though its size and time did not", async () => {
  const { read, now } = await waitWhile((path, tell) => [
    [1000, () => {
      Deno.writeTextFileSync(path, '{"result":X}');
      Deno.utimeSync(path, 1, 1);
    }],
    [2600, () => {
      Deno.writeTextFileSync(path, '{"result":4}');
      Deno.utimeSync(path, 1, 1);
      tell();
    }],
  ]);
  assertEquals([brief(read), now()], [4, 2600]);
});

Deno.test("waitForHandoff() takes a good answer that replaces a bad one before that counts", async () => {
  const { read, now } = await waitWhile((path, tell) => [
    [0, () => Deno.symlinkSync("/nowhere", path)],
    [1900, () => {
      replaceFile(path, '{"result":5}');
      tell();
    }],
  ]);
  assertEquals([brief(read), now()], [5, 1900]);
});

Deno.test("waitForHandoff() takes a folder or link when it stayed for 2 s", async () => {
  for (const make of [Deno.mkdirSync, (path: string) => Deno.symlinkSync("/nowhere", path)]) {
    const { read, counts } = await waitWhile((path) => [[0, () => make(path)]]);
    assertEquals([read?.kind, counts.opens], ["unreadable", 0]);
  }
});

Deno.test("waitForHandoff() gives null when the time is over with nothing there", async () => {
  const { read, now, counts } = await waitWhile(() => [], { timeoutMs: 1234 });
  assertEquals([read, now(), counts.watching], [null, 1234, 0]);
});

Deno.test("waitForHandoff() looks once more when the time is over", async () => {
  const answered = await waitWhile((path) => [[999, () => replaceFile(path, '{"result":6}')]], {
    timeoutMs: 1000,
  });
  assertEquals([brief(answered.read), answered.now()], [6, 1000]);
  const halfWay = await waitWhile((path) => [[999, () => replaceFile(path, '{"result')]], {
    timeoutMs: 1000,
  });
  assertEquals([halfWay.read?.kind, halfWay.now()], ["unparsable", 1000]);
});

Deno.test("waitForHandoff() forgets what vanished before it counted", async () => {
  const { read } = await waitWhile((path) => [
    [0, () => Deno.writeTextFileSync(path, "bad")],
    [1500, () => Deno.removeSync(path)],
    [1700, () => Deno.writeTextFileSync(path, "bad")],
    [3000, () => replaceFile(path, '{"result":7}')],
  ]);
  assertEquals(brief(read), 7);
});

Deno.test("waitForHandoff() watches the folder again when it vanished and came back", async () => {
  const { read, now, counts } = await waitWhile((path, tell) => {
    const folder = path.slice(0, path.lastIndexOf("/"));
    return [
      [5000, () => Deno.removeSync(folder, { recursive: true })],
      [9000, () => Deno.mkdirSync(folder)],
      [11_000, () => {
        Deno.removeSync(folder, { recursive: true });
        Deno.mkdirSync(folder);
        tell("handoffs");
      }],
      [20_000, () => {
        replaceFile(path, '{"result":8}');
        tell();
      }],
    ];
  });
  assertEquals([brief(read), now()], [8, 20_000]);
  assertEquals([counts.watches, counts.watching], [3, 0]);
});

Deno.test("waitForHandoff() gives null as soon as it is told to end", async () => {
  const stop = new AbortController();
  const plan = (path: string): Plan => [[5000, () => {
    stop.abort();
    replaceFile(path, '{"result":9}');
  }]];
  const { read, now, counts } = await waitWhile(plan, { signal: stop.signal });
  assertEquals([read, now(), counts.watching], [null, 5000, 0]);
});

Deno.test("waitForHandoff() seldom reads what takes long to read and does not parse", async () => {
  const { read, counts } = await waitWhile((path, tell) => {
    const changes: Plan = [];
    for (let at = 10; at < 9000; at += 10) {
      changes.push([at, () => {
        Deno.writeTextFileSync(path, `{ ${at}`);
        tell();
      }]);
    }
    return changes;
  }, { timeoutMs: 9000, readMs: 50 });
  assertEquals(read?.kind, "unparsable");
  assertEquals(counts.opens < 40, true, `${counts.opens} reads`);
});

Deno.test("waitForHandoff() is woken by the real file system alone", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    const { files, clock } = realWorld();
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve()));
    const world = { files, clock: { ...clock, sleep } };
    const numbers = Array.from({ length: 20 }, (_, n) => n);
    const waiting = numbers.map((n) =>
      waitForHandoff(world, `${folder}/run-${n}.json`, { timeoutMs: 30_000 })
    );
    for (const n of numbers) replaceFile(`${folder}/run-${n}.json`, `{"result":${n}}`);
    assertEquals((await Promise.all(waiting)).map(brief), numbers);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
