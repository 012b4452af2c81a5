/**
 * What is said of a sink that comes after others.
 *
 * @module
 */

/** Where it begins, and how it gets what came before all the same. */
export const lateBegin = "begins behind the events that are there: macp watch --once --since 24h " +
  "sends those of the last day, to every enabled sink";
