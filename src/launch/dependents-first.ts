/** What stands in an order: it is needed by those that name it. */
export interface Dependent {
  readonly name: string;
  readonly dependsOn: readonly string[];
}

/**
 * Runs `act` for each as soon as it is done for all that depend on it, and side by side where none depends on
 * another. Where they depend on each other in a circle, as records of several configurations may, one edge is ignored.
 *
 * @returns what `act` gave, in the order in which it was done; rejects after all are done, with the first error
 */
export async function dependentsFirst<T extends Dependent, R>(
  items: readonly T[],
  act: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const done = new Map<T, Promise<void>>();
  for (const item of lastNeededFirst(items)) {
    // Of a circle, those that come later in the order are not waited for.
    const before = [...done].filter(([other]) => other.dependsOn.includes(item.name)).map(([, end]) => end);
    const end = Promise.allSettled(before).then(async () => {
      results.push(await act(item));
    });
    done.set(item, end);
  }
  const ends = await Promise.allSettled(done.values());
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  return results;
}

/** Each after all that depend on it, and else in the opposite order. */
function lastNeededFirst<T extends Dependent>(items: readonly T[]): T[] {
  const placed = new Set<T>();
  const place = (item: T, above: readonly T[]): void => {
    if (placed.has(item) || above.includes(item)) return;
    for (const needed of items) if (item.dependsOn.includes(needed.name)) place(needed, [...above, item]);
    placed.add(item);
  };
  for (const item of items) place(item, []);
  return [...placed].reverse();
}
