import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { pageParts } from "../../../src/report/page_parts.ts";
import {
  dataText,
  escapeHtml,
  joinModules,
  renderPage,
  reportMark,
} from "../../../src/report/render_page.ts";
import type { ReportData } from "../../../src/report/report_data.ts";

const templates = join(import.meta.dirname ?? ".", "../../../templates/report");
const hostile = "</script><script>alert(1)</script><!-- {{ DETAILS }} & \u2028 \"'";

const data = {
  generated_at: "2026-11-20T08:00:00.000Z",
  version: "1.2.3",
  repository: hostile,
  summary: { tasks: 1, by_status: { completed: 1 }, waiting: 0, attempts: 1 },
  tasks: [{ id: "A", title: hostile, attempts: [], details: { pr: hostile } }],
} as unknown;

const page = (await renderPage(data as ReportData)).join("");

/** What stands between the tags of the element with this beginning. */
function contentOf(beginning: string, end: string): string {
  const from = page.indexOf(beginning) + beginning.length;
  return page.slice(from, page.indexOf(end, from));
}

Deno.test("renderPage() keeps hostile texts inside of the data", () => {
  const found = contentOf('<script type="application/json" id="data">', "</script>");
  assertEquals(JSON.parse(found).tasks, [{ id: "A", title: hostile, attempts: [] }]);
  const details = contentOf('<script type="application/json" id="details">', "</script>");
  assertEquals(JSON.parse(details), { pr: hostile });
  assertEquals(page.match(/<script/g)?.length, 3);
  assertEquals(page.match(/<\/script/g)?.length, 3);
  assert(!page.includes("alert(1)</script>"));
  assertStringIncludes(contentOf("<title>", "</title>"), "{{ DETAILS }} &amp;");
});

Deno.test("renderPage() allows exactly its own style and script, and nothing from the network", async () => {
  const policy = contentOf('<meta http-equiv="Content-Security-Policy" content="', '">');
  assert(policy.startsWith("default-src 'none'; "), policy);
  for (
    const [name, beginning, end] of [
      ["style-src", "<style>", "</style>"],
      ["script-src", '<script type="module">', "</script>"],
    ] as const
  ) {
    const text = new TextEncoder().encode(contentOf(beginning, end));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
    const hash = btoa(String.fromCharCode(...digest));
    assertStringIncludes(policy, `${name} 'sha256-${hash}'`);
  }
  assertEquals(page.match(/(?:src|href)="(?!data:|#)/g), null);
  assert(!/@import|url\(/.test(pageParts.style));
});

Deno.test("renderPage() marks a report within its first 512 bytes", () => {
  assertStringIncludes(page.slice(0, 512), reportMark);
});

Deno.test("dataText() gives JSON without a < and without line separators", () => {
  const text = dataText({ hostile });
  assertEquals(JSON.parse(text), { hostile });
  assert(!/[<\u2028\u2029]/.test(text));
});

Deno.test("escapeHtml() escapes what begins or ends anything", () => {
  assertEquals(escapeHtml(`<a b="c" d='e'>&`), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
});

Deno.test("joinModules() makes one script of the modules, each name declared once", () => {
  const script = joinModules(pageParts.scripts);
  const names = [...script.matchAll(/^(?:async )?(?:function|const|let|class) (\w+)/gm)]
    .map(([, name = ""]) => name);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  assertEquals(script.match(/^(?:import|export)\b.*/gm), null);
  assert(!/<\/script|<!--/i.test(script));
  new Function(script);
});

Deno.test("joinModules() gets every module, below those that it imports", () => {
  const files = [...Deno.readDirSync(templates)].map(({ name }) => name)
    .filter((name) => name.endsWith(".js"));
  const texts = new Map(
    files.map((name) => [name, Deno.readTextFileSync(join(templates, name))]),
  );
  assertEquals([...pageParts.scripts].sort(), [...texts.values()].sort());
  for (const [name, text] of texts) {
    for (const [, other = ""] of text.matchAll(/from "\.\/([\w.]+)"/g)) {
      const [own, needed] = [text, texts.get(other) ?? ""]
        .map((one) => pageParts.scripts.findIndex((script) => script === one));
      assert((needed ?? -1) >= 0 && (needed ?? 0) < (own ?? 0), `${name} imports ${other}`);
    }
  }
});
