import { assertEquals } from "@std/assert";
import { parseConverted } from "../../../src/git/conversions.ts";
import { parseSnapshotMessage, snapshotMessage } from "../../../src/git/snapshot_commit.ts";
import { sortSnapshots } from "../../../src/git/snapshot_refs.ts";

Deno.test("sortSnapshots() puts the newest first, and passes over refs that are none", () => {
  const names = ["2", "10", "10.2", "10.10", "1-judged", "detached-ab", "1"];
  const sorted = sortSnapshots(names.map((name) => ({ name: `refs/x/t/${name}`, commit: "c" })));
  assertEquals(sorted.map(({ label }) => label), ["10.10", "10.2", "10", "2", "1"]);
  assertEquals([sorted[0]?.serial, sorted[0]?.place], [10, 10]);
});

Deno.test("parseSnapshotMessage() reads back what snapshotMessage() wrote", () => {
  const [head, index, extra] = ["a", "b", "c"].map((letter) => letter.repeat(40));
  const parts = { head: head ?? "", index: null, extra: extra ?? "" };
  const message = snapshotMessage("t, attempt 1", parts);
  assertEquals(parseSnapshotMessage(message, [head ?? "", extra ?? ""]), parts);
  assertEquals(parseSnapshotMessage(message, [head ?? "", index ?? ""]), { ...parts, extra: null });
  assertEquals(parseSnapshotMessage("work", []), null);
});

Deno.test("parseConverted() tells which files git changes on their way", () => {
  const attributes = (path: string, values: Record<string, string>) =>
    ["text", "crlf", "eol", "ident", "filter", "working-tree-encoding"]
      .map((name) => `${path}\0${name}\0${values[name] ?? "unspecified"}\0`).join("");
  const output = attributes("plain", {}) + attributes("auto", { text: "auto" }) +
    attributes("binary", { text: "unset", eol: "lf" }) + attributes("old", { crlf: "set" }) +
    attributes("lfs", { filter: "lfs", text: "unset" }) +
    attributes("utf16", { "working-tree-encoding": "UTF-16" });
  assertEquals(parseConverted(output, false), ["auto", "old", "lfs", "utf16"]);
  assertEquals(parseConverted(output, true), ["plain", "auto", "old", "lfs", "utf16"]);
});
