import { assert, assertEquals } from "@std/assert";
import { caseSubjects } from "../proof/fuzz_case.ts";
import { proveBadInput } from "../proof/fuzz.ts";
import { proveBadInputOnProgram } from "../proof/fuzz_program.ts";

/** The same cases in each run; `deno task prove` takes others. */
const seed = 4711;

Deno.test("Files, arguments, answers and output that are wrong somewhere break, leak and stop nothing", async () => {
  const { cases, faults, subjects } = await proveBadInput({ seed, cases: 5000 });
  assertEquals(faults, []);
  assertEquals(cases, 5000);
  for (const subject of caseSubjects) assert((subjects[subject] ?? 0) > 50, subject);
});

Deno.test("The executable takes a sample of them, tasks with hostile texts in every field, and agents that answer wrongly", async () => {
  const report = await proveBadInputOnProgram({ seed, calls: 40, drains: 4, delegations: 16 });
  assertEquals(report.faults, []);
  assertEquals([report.calls, report.tasks, report.delegations], [40, 32, 16]);
});
