/** Joins text that was cut anywhere into pieces that never end in half of a surrogate pair. */
export interface SurrogatePairJoiner {
  /** The text that is whole so far; may be empty. */
  push(text: string): string;
  /** What is left at the end; a half that never got its other half is U+FFFD. */
  end(): string;
}

export function createSurrogatePairJoiner(): SurrogatePairJoiner {
  let half = "";
  return {
    push(text) {
      const joined = half + text;
      half = endsInHighSurrogate(joined) ? joined.slice(-1) : "";
      return (half === "" ? joined : joined.slice(0, -1)).toWellFormed();
    },
    end() {
      const rest = half.toWellFormed();
      half = "";
      return rest;
    },
  };
}

function endsInHighSurrogate(text: string): boolean {
  const unit = text.charCodeAt(text.length - 1);
  return unit >= 0xd800 && unit <= 0xdbff;
}
