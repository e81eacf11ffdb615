import { useCallback, useLayoutEffect, useRef } from "preact/hooks";

/**
 * Gives the focus to what `find` finds, once the page is drawn with other items and it is there: what was pressed may be
 * gone by then.
 */
export function useFocusWhenDrawn(items: unknown): (find: () => HTMLElement | null | undefined) => void {
  const wanted = useRef<(() => HTMLElement | null | undefined) | null>(null);
  useLayoutEffect(() => {
    const found = wanted.current?.();
    if (!found) return;
    found.focus();
    wanted.current = null;
  }, [items]);
  return useCallback((find) => {
    wanted.current = find;
  }, []);
}
