/**
 * What comes of a landing.
 *
 * @module
 */
import type { SinceVerdict } from "../dispatcher/since_verdict.ts";
import type { GateEvidence } from "../protocol/generated/types.ts";
import type { BehindBase } from "./behind_base.ts";

/** What came of it. Everywhere but at `landed` the branch stays as it was. */
export type LandReport =
  | { kind: "interrupted" }
  | Landable
    & (
      | {
        kind: "landed";
        commit: string;
        fastForward: boolean;
        gates: GateEvidence[];
        behind: BehindBase | null;
      }
      | { kind: "already_landed"; commit: string; behind: BehindBase | null }
      | { kind: "would_land"; fastForward: boolean; gates: string[] }
      /** Paths in which the branches conflict, and where the task's branch is checked out. */
      | { kind: "conflict"; paths: string[]; checkout: string | null }
      | { kind: "refused"; reason: string }
      | { kind: "gates_red"; reason: string; gates: GateEvidence[]; log: string }
      /** `macp.gate_files_policy` keeps them from landing; where the task's branch is checked out. */
      | { kind: "gate_files_blocked"; checkout: string | null; sinceVerdict: SinceVerdict }
      /** What is not committed where the branch is checked out would be overwritten. */
      | { kind: "in_the_way"; checkout: string; paths: string[]; reason: string }
      /** Git is in the middle of something with the branch, in a checkout. */
      | { kind: "under_way"; checkout: string; what: string; abort: string }
      /** The branch moved while the gates ran. */
      | { kind: "moved" }
    );

/** What lands where, the dependencies whose work comes along, and what no verdict judged. */
interface Landable {
  branch: string;
  into: string;
  brings: string[];
  sinceVerdict?: SinceVerdict;
  /** What speaks against a verdict, a sentence each. */
  doubts?: string[];
}

/** What came of a part of it. */
export type Done<T = LandReport> = T extends unknown ? Omit<T, "branch" | "into" | "brings">
  : never;
