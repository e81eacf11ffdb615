/** The sentence of a command that has taken back all that it made; empty where something is left, which is named then. */
export function deletedAgainWords(left_behind: readonly string[]): string {
  return left_behind.length === 0 ? "All that was created has been deleted." : "";
}

/** So many are named each on a line of its own. */
const FEW = 5;

/**
 * What a run could not undo, in lines: `deleting conversation 7: why`. Many for one reason are one line, so that they
 * do not push the figures off the screen; `--json` names each.
 */
export function leftBehindWords(left_behind: readonly string[]): readonly string[] {
  const byReason = Map.groupBy(left_behind, (what) => what.split(": ").slice(1).join(": "));
  return [...byReason].flatMap(([reason, all]) => {
    const [first = ""] = all;
    if (all.length <= FEW) return all;
    const [what] = first.split(": ");
    return [
      `${what}, and ${all.length - 1} more so (--json names them)${reason === "" ? "" : `: ${reason}`}`,
    ];
  });
}
