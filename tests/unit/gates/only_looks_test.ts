import { assertEquals } from "@std/assert";
import { onlyLooks } from "../../../src/gates/only_looks.ts";

const cases: [command: string, expected: boolean][] = [
  ["grep -q Hello greeting.txt", true],
  ['grep -qx right answer.txt || { echo "wanted: right"; exit 1; }', true],
  ["test -s colour.txt && ! grep -q red colour.txt >/dev/null 2>&1", true],
  ["[ -f out.json ] && cat out.json | grep -c id", true],
  ["wc -l < answer.txt", true],
  ["sh check.sh", false],
  ["./check.sh", false],
  [". ./check.sh", false],
  ["bash -e check.sh", false],
  ["node check.js", false],
  ["make -f rules.mk", false],
  ["jq -f rules.jq out.json", false],
  ["cat check.sh | sh", false],
  ["cat check.txt > check.sh; sh check.sh", false],
  ["cat check.sh >> runs.sh", false],
  ["sh $(ls check.sh)", false],
  ["test `sh check.sh` = 1", false],
  ["test -x check.sh && ./check.sh", false],
  ["test -s a.txt\n./check.sh", false],
  ['echo "a; sh check.sh"', false],
  ["echo a & sh check.sh", false],
  ["grep -qf rules.txt answer.txt", false],
  ["grep '-f' rules.txt answer.txt", false],
  ["grep --file=rules.txt answer.txt", false],
  ["diff expected.txt answer.txt", false],
  ["PATH=.:$PATH grep -q x answer.txt", false],
  ["$RUN answer.txt", false],
  ["if test -s a.txt; then sh b.sh; fi", false],
  ["t\\est -s a", false],
  ["cat <<X\n./check.sh\nX", false],
];

for (const [command, expected] of cases) {
  Deno.test(`onlyLooks() says ${expected} of ${JSON.stringify(command)}`, () => {
    assertEquals(onlyLooks(command), expected);
  });
}
