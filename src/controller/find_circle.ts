/**
 * Circles in a graph of dependencies. Pure.
 *
 * @module
 */

/**
 * Ids of a circle that can be reached from one of `starts`, in the order of its edges;
 * null without one. Without recursion, as a chain may have thousands of tasks.
 */
export function findCircle(
  dependenciesOf: (id: string) => readonly string[],
  starts: Iterable<string>,
): string[] | null {
  const done = new Set<string>();
  for (const start of starts) {
    const path: string[] = [];
    const places = new Map<string, number>();
    const stack: { id: string; rest: string[] }[] = [];
    const enter = (id: string) => {
      places.set(id, path.push(id) - 1);
      stack.push({ id, rest: [...dependenciesOf(id)].reverse() });
    };
    if (!done.has(start)) enter(start);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        done.add(top.id);
        places.delete(top.id);
        path.pop();
        stack.pop();
      } else if (places.has(next)) {
        return path.slice(places.get(next));
      } else if (!done.has(next)) enter(next);
    }
  }
  return null;
}
