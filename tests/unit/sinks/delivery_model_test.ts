/** Random histories of an event file against what the sinks of the real delivery got. */
import { DeliveryModel } from "./delivery_model.ts";
import { checkHistories } from "./random_histories.ts";

Deno.test("Delivery loses nothing in random histories, and repeats only after crashes", async () => {
  await checkHistories(() => new DeliveryModel());
});
