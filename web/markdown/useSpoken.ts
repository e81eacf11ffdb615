import { useEffect, useRef } from "preact/hooks";
import type { Document } from "./markdown-document.ts";
import { spokenBlock } from "./spoken-formula.ts";

/**
 * Tells the words of each block of a growing text once, when nothing can change it any more. Several blocks may come before
 * any is drawn: of a text that was seen from its start they are told, of another one not, since whoever opens a
 * conversation reads it at their own pace.
 */
export function useSpoken(
  { groups, finished }: Document,
  { isGrowing, isSeenFromStart }: { readonly isGrowing: boolean; readonly isSeenFromStart: boolean },
  tell: ((text: string) => void) | undefined,
): void {
  const told = useRef<number>(undefined);
  useEffect(() => {
    const blocks = isGrowing ? finished.blocks : groups.flat();
    const from = told.current ?? (isSeenFromStart ? 0 : blocks.length);
    told.current = blocks.length;
    const text = blocks.slice(from).map(spokenBlock).filter(Boolean).join("\n");
    if (text !== "") tell?.(text);
  }, [groups, finished, isGrowing, isSeenFromStart, tell]);
}
