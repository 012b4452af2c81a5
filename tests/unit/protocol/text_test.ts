import { assertEquals } from "@std/assert";
import { needsReview } from "../../../src/protocol/text.ts";

Deno.test("needsReview() ends the reason as a sentence, and only once", () => {
  const said = (why: string) => needsReview(why).replace(" Human review needed.", "");
  assertEquals(
    ["It broke", "Which red?", "Done.", "Stop!", "cut…", ""].map(said),
    ["It broke.", "Which red?", "Done.", "Stop!", "cut…", "."],
  );
});
