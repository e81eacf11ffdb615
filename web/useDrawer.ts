import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** From this width on, by the size of the reader's letters, the list stands beside the conversation; the style sheet has it too. */
const WIDE = "(min-width: 50rem)";

/** The list as a drawer, where the page is narrow. */
export interface Drawer {
  readonly isOpen: boolean;
  /** What slides in. */
  readonly panel: RefObject<HTMLElement | null>;
  open(): void;
  close(): void;
}

/** While it is open the focus is inside; afterwards it is where it was before. */
export function useDrawer(): Drawer {
  const [isOpen, setOpen] = useState(false);
  const panel = useRef<HTMLElement>(null);
  const close = useCallback(() => setOpen(false), []);
  const open = useCallback(() => setOpen(true), []);
  useEffect(() => {
    const wide = matchMedia(WIDE);
    // Only where it has become wide: this comes after the change, when the list may have been opened in what is narrow now.
    const onChange = (): void => (wide.matches ? close() : undefined);
    wide.addEventListener("change", onChange);
    return () => wide.removeEventListener("change", onChange);
  }, [close]);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const opener = document.activeElement;
    panel.current?.querySelector<HTMLElement>("a, button")?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [isOpen]);
  return { isOpen, panel, open, close };
}
