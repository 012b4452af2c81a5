/**
 * Who may delegate to whom.
 *
 * @module
 */

/**
 * Whether a caller may delegate to an agent. Without a caller nothing is checked. Nobody
 * delegates to itself, and a caller that the list does not know delegates to nobody.
 *
 * @param acl Agents that each caller may delegate to, by the caller's name.
 *
 * @example
 * ```ts ignore
 * import { mayDelegate } from "./acl.ts";
 * mayDelegate({ manager: ["auditor"] }, "manager", "auditor"); // true
 * mayDelegate({ manager: ["auditor"] }, "auditor", "manager"); // false
 * ```
 */
export function mayDelegate(
  acl: Readonly<Record<string, readonly string[]>>,
  caller: string | null,
  target: string,
): boolean {
  if (caller === null) return true;
  // Own members only: a caller may be called "constructor".
  const allowed = Object.hasOwn(acl, caller) ? acl[caller] : undefined;
  return caller !== target && (allowed?.includes(target) ?? false);
}
