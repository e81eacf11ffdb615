/** The text of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  // Node's connect errors over several addresses have an empty message and say it in the code.
  return thrown.message || nodeErrorCode(thrown) || thrown.name;
}

/** What Node calls an error, such as `ENOENT`; undefined where it has no such name. */
export function nodeErrorCode(thrown: unknown): string | undefined {
  const isNamed = thrown instanceof Error && "code" in thrown && typeof thrown.code === "string";
  return isNamed ? String(thrown.code) : undefined;
}

/** What a look at a file finds; undefined where there is no such file. */
export function ifThere<Found>(look: () => Found): Found | undefined {
  try {
    return look();
  } catch (error) {
    if (nodeErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** A message as part of a longer sentence, which has a full stop of its own. */
export function withoutStop(text: string): string {
  return text.replace(/\.$/, "");
}
