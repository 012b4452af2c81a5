/**
 * Every mutation: five for each promise, each in another module.
 *
 * @module
 */
import type { Mutation } from "./mutation.ts";
import { redGatePasses } from "./promise_1.ts";
import { runsTwice } from "./promise_2.ts";
import { losesSomething } from "./promise_3.ts";
import { harmsOthers } from "./promise_4.ts";
import { tellsSecrets } from "./promise_5.ts";
import { saysWrong } from "./promise_6.ts";
import { needsMore } from "./promise_7.ts";

/** Every mutation, by promise. */
export const allMutations: readonly Mutation[] = [
  ...redGatePasses,
  ...runsTwice,
  ...losesSomething,
  ...harmsOthers,
  ...tellsSecrets,
  ...saysWrong,
  ...needsMore,
];
