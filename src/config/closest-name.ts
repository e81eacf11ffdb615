/**
 * The one of these names that was probably meant: misspelt by little, or cut short; undefined where none is near.
 *
 * @param reach how many letters may be wrong
 */
export function closestName(
  name: string,
  names: readonly string[],
  reach = Math.max(1, Math.floor(name.length / 3)),
): string | undefined {
  const [best] = names
    .map((candidate) => {
      // `timeout` for `timeout_ms`, `TERM` for `SIGTERM`.
      if (candidate.startsWith(`${name}_`) || candidate === `SIG${name.toUpperCase()}`) {
        return { candidate, distance: 1 };
      }
      return { candidate, distance: distanceOf(name.toLowerCase(), candidate.toLowerCase()) };
    })
    .filter(({ distance }) => distance <= reach)
    .toSorted((a, b) => a.distance - b.distance);
  return best?.candidate;
}

/** `Did you mean STACK_STREAM_HEARTBEAT_MS?` */
export function askWhetherMeant(meant: string): string {
  return `Did you mean ${meant}?`;
}

/** `Did you mean "timeout_ms"?`; undefined where no name is near. */
export function didYouMean(
  name: string,
  names: readonly string[],
  show = (meant: string): string => `"${meant}"`,
): string | undefined {
  const meant = closestName(name, names);
  return meant === undefined ? undefined : askWhetherMeant(show(meant));
}

/** The end of a message, `; did you mean timeout_ms?`; empty where no name is near. */
export function orDidYouMean(name: string, names: readonly string[]): string {
  return orMeant(closestName(name, names));
}

/** The same where it is known whether anything was meant, and what. */
export function orMeant(meant: string | undefined): string {
  return meant === undefined ? "" : `; did you mean ${meant}?`;
}

/** Letters to add, drop, change, or swap with their neighbour (Damerau-Levenshtein, optimal string alignment). */
function distanceOf(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        at(above, j) + 1,
        at(row, j - 1) + 1,
        at(above, j - 1) + (isSame ? 0 : 1),
        isSwapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [before, above] = [above, row];
  }
  return at(above, b.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
