import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** A reader who is this close to the end, in pixels, wants to see what comes. */
const NEAR_END = 48;

/** `occasion` changes when the reader wants to see the end. */
export function useStickToEnd(occasion: string) {
  const scroller = useRef<HTMLElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const wantsEnd = useRef(true);
  const lastTop = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);
  const showEnd = (): void => {
    const element = scroller.current;
    if (element === null || !wantsEnd.current) return;
    element.scrollTop = element.scrollHeight;
    // Where the content has become shorter, this is no reader who goes up.
    lastTop.current = element.scrollTop;
  };
  const goToEnd = (): void => {
    wantsEnd.current = true;
    showEnd();
  };

  // A message sent, or another conversation opened: whoever did that wants to see it.
  useLayoutEffect(goToEnd, [occasion]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null || content.current === null) return undefined;
    const onScroll = (): void => {
      const toEnd = element.scrollHeight - element.scrollTop - element.clientHeight;
      // Content that grows leaves the end, too; only a reader who goes up has turned away from it.
      if (toEnd > 1 && element.scrollTop < lastTop.current) wantsEnd.current = false;
      else if (toEnd < NEAR_END) wantsEnd.current = true;
      lastTop.current = element.scrollTop;
      setAtEnd(wantsEnd.current);
    };
    // It tells of both before they are painted: the page, and what grows in it.
    const resized = new ResizeObserver(showEnd);
    element.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(element);
    resized.observe(content.current);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);
  const stay = useCallback((): void => {
    wantsEnd.current = false;
  }, []);
  return { scroller, content, isAtEnd, goToEnd, stay };
}
