import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { macpPath } from "../e2e/harness.ts";
import { axeExpression, fetchAxe, type Violation } from "./axe.ts";
import { findChromium, type Look, type Page, withPage } from "./chromium.ts";
import { hostileTitle, longStory, shopStory } from "./stories.ts";
import { type StoryTask, writeStory } from "./story.ts";

const chromium = findChromium();
if (chromium === null) console.log("Skipped: there is no Chromium (Debian's package chromium)");

const looks: Readonly<Record<string, Look>> = {
  light: { width: 1280, height: 900 },
  dark: { width: 1280, height: 900, dark: true },
  phone: { width: 390, height: 844 },
  print: { width: 800, height: 1100, media: "print" },
};

/** Calls `use` with a page and the report of these tasks. */
async function withReport(
  tasks: readonly StoryTask[],
  use: (page: Page, report: string) => Promise<void>,
): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "macp-report-" });
  try {
    writeStory(folder, tasks);
    const report = join(folder, "report.html");
    const { success, stderr } = await new Deno.Command(macpPath, {
      args: ["report", "--out", "report.html"],
      cwd: folder,
      env: { HOME: folder },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    await withPage((page) => use(page, report));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function browserTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, ignore: chromium === null, fn });
}

const openAll = "for (const one of document.querySelectorAll('.tasks details')) one.open = true; " +
  "new Promise((drawn) => setTimeout(() => { " +
  "for (const one of document.querySelectorAll('details')) one.open = true; drawn() }, 100))";
const isDrawn = "document.documentElement.dataset.drawn !== undefined";

browserTest(
  "the report complains of nothing and asks the network for nothing in every look",
  async () => {
    const pictures = Deno.env.get("REPORT_PICTURES");
    if (pictures) Deno.mkdirSync(pictures, { recursive: true });
    await withReport(shopStory, async (page, report) => {
      for (const [name, look] of Object.entries(looks)) {
        await page.look(look);
        await page.open(report);
        assert(await page.evaluate<boolean>(isDrawn), name);
        if (pictures) await page.screenshot(join(pictures, `report-${name}.png`));
        await page.evaluate(openAll);
        const wider = "document.documentElement.scrollWidth - innerWidth";
        assert(await page.evaluate<number>(wider) <= 0, `${name} scrolls sideways`);
      }
      assertEquals(page.heard.complaints, []);
      assertEquals(page.heard.requests, Object.keys(looks).map(() => `file://${report}`));
    });
  },
);

browserTest("the report keeps a hostile title as text when it is a script", async () => {
  await withReport(shopStory, async (page, report) => {
    await page.open(report);
    await page.evaluate(openAll);
    const titles = "[...document.querySelectorAll('.tasks .title')].map((one) => one.textContent)";
    assert((await page.evaluate<string[]>(titles)).includes(hostileTitle));
    assertEquals(await page.evaluate("document.title.includes('owned')"), false);
    const foreign = "document.querySelectorAll('main :is(img, script, pre b)').length";
    assertEquals(await page.evaluate(foreign), 0);
    const log = "[...document.querySelectorAll('pre')].map((one) => one.textContent).join('')";
    assert((await page.evaluate<string>(log)).includes(hostileTitle));
    assertEquals(page.heard.complaints, []);
  });
});

browserTest("the report runs and loads nothing that somebody puts into it", async () => {
  const calls: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    calls.push(request.url);
    return new Response();
  });
  await withReport(shopStory, async (page, report) => {
    await page.open(report);
    const refused = await page.evaluate<string[]>(`new Promise((done) => {
      const refused = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
        refused.push(effectiveDirective);
        if (refused.length === 3) done(refused.sort());
      });
      const script = document.createElement("script");
      script.textContent = "document.title = 'owned'";
      document.body.append(script);
      new Image().src = "http://127.0.0.1:${server.addr.port}/picture";
      fetch("http://127.0.0.1:${server.addr.port}/fetched").catch(() => {});
    })`);
    assertEquals(refused, ["connect-src", "img-src", "script-src-elem"]);
    assertEquals(await page.evaluate("document.title.includes('owned')"), false);
  });
  await server.shutdown();
  assertEquals(calls, []);
});

browserTest("axe finds no violation in the report in any look, everything opened", async () => {
  const axe = await fetchAxe();
  if (axe === null) return;
  await withReport(shopStory, async (page, report) => {
    for (const [name, look] of Object.entries(looks)) {
      await page.look(look);
      await page.open(report);
      await page.evaluate(openAll);
      assertEquals(await page.evaluate<Violation[]>(axeExpression(axe)), [], name);
    }
  });
});

browserTest("the report can be used by keyboard", async () => {
  await withReport(shopStory, async (page, report) => {
    await page.open(report);
    await page.press("Tab", 9);
    assertEquals(await page.evaluate("document.activeElement.className"), "skip");
    await page.evaluate("document.querySelector('.tasks summary').focus()");
    await page.press("Enter", 13);
    const opened = "document.querySelector('.tasks details').open && " +
      "document.querySelector('.tasks .attempt') !== null";
    assertEquals(
      await page.evaluate(`new Promise((drawn) => setTimeout(() => drawn(${opened}), 50))`),
      true,
    );
  });
});

browserTest("the report shows 5,000 tasks at once and filters them", async () => {
  await withReport(longStory(5000), async (page, report) => {
    await page.look(looks.light ?? { width: 1280, height: 900 });
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      await page.open(report);
      times.push(
        await page.evaluate<number>(
          "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => drawn(performance.now()))))",
        ),
      );
    }
    const filtered = await page.evaluate<[number, string]>(
      `new Promise((drawn) => {
        const input = document.getElementById("filter");
        const start = performance.now();
        input.value = "t-04321";
        input.dispatchEvent(new Event("input"));
        requestAnimationFrame(() => setTimeout(() =>
          drawn([performance.now() - start, document.querySelector(".told").textContent])));
      })`,
    );
    const shown = times.map((time) => `${Math.round(time)} ms`).join(", ");
    console.log(`5,000 tasks: drawn after ${shown}; filtered in ${Math.round(filtered[0])} ms`);
    assertEquals(filtered[1], "1 of 5,000 tasks");
    assert(Math.min(...times) < 5000, shown);
    assert(filtered[0] < 2000, String(filtered[0]));
  });
});
