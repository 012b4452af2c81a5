import { assertEquals } from "@std/assert";
import { escapeXml } from "../../../scripts/lib/escape_xml.ts";
import { tableByName } from "../../../scripts/lib/markdown_table.ts";
import { balancedLines, wrapWords } from "../../../scripts/lib/wrap_words.ts";

Deno.test("escapeXml() leaves no markup, no quote and nothing that XML cannot hold", () => {
  assertEquals(
    escapeXml('<a b="c">&amp;\x1b\x00\ud800é😀\t'),
    "&lt;a b=&quot;c&quot;&gt;&amp;amp;���é😀\t",
  );
});

Deno.test("wrapWords() breaks at blanks, and leaves a longer word alone on its line", () => {
  assertEquals(wrapWords("aa bb  cc", 5), ["aa bb", "cc"]);
  assertEquals(wrapWords("a muchtoolong b", 4), ["a", "muchtoolong", "b"]);
  assertEquals(wrapWords(" ", 4), []);
});

Deno.test("balancedLines() makes no more lines than needed, and leaves no short last one", () => {
  assertEquals(balancedLines("aaa bbb ccc ddd e", 15), ["aaa bbb", "ccc ddd e"]);
  assertEquals(balancedLines("short", 15), ["short"]);
  assertEquals(balancedLines("", 15), []);
});

const markdown = `| other | x |
| ----- | - |
| a     | 1 |

| folder | what                    |
| ------ | ----------------------- |
| \`git\`  | one \`client\`, a \\| b     |
| \`sys\`  |                         |

| later | y |
| ----- | - |
| b     | 2 |
`;

Deno.test("tableByName() takes the table of that head alone, without backticks", () => {
  assertEquals([...tableByName(markdown, "folder")], [["git", "one client, a | b"], ["sys", ""]]);
  assertEquals(tableByName(markdown, "missing").size, 0);
});
