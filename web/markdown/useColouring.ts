import { useEffect, useState } from "preact/hooks";
import { type Colouring, knownColouring, requestColouring } from "./code-colouring.ts";
import type { Piece } from "./highlight-code.ts";

/** Code with its colours. */
export interface Coloured {
  readonly code: string;
  readonly pieces: readonly Piece[];
}

interface Seen {
  readonly code: string;
  readonly language: string;
  readonly colouring: Colouring;
}

/**
 * The colours of code, or of its beginning while those of the rest are made; undefined while it is plain. They are
 * made when the page has been drawn. Code of which a beginning took too long is not tried again while it grows.
 */
export function useColouring(code: string, language: string, isGrowing: boolean): Coloured | undefined {
  const [last, setLast] = useState<Seen>();
  const known = language === "" ? undefined : knownColouring({ code, language });
  const now = known === undefined ? last : { code, language, colouring: known };
  const isOfThis = now?.language === language && code.startsWith(now.code);
  const isGivenUp = isGrowing && isOfThis && now.colouring === "late";
  const isWanted = language !== "" && known === undefined && !isGivenUp;
  useEffect(() => {
    if (!isWanted) return undefined;
    return requestColouring({ code, language }, !isGrowing, (colouring) =>
      setLast({ code, language, colouring }),
    );
  }, [isWanted, isGrowing, code, language]);
  useEffect(() => {
    // What is drawn from what is kept already is the beginning of what comes next.
    if (known !== undefined) setLast({ code, language, colouring: known });
  }, [known, code, language]);
  return isOfThis && typeof now.colouring !== "string"
    ? { code: now.code, pieces: now.colouring }
    : undefined;
}
