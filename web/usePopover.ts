import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** Something that opens above the page, beside the button that it belongs to. */
export interface Popover<Panel extends HTMLElement> {
  readonly isOpen: boolean;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly panel: RefObject<Panel | null>;
  /** For the button's `onPointerDown`: the press that closes it must not open it again. */
  onPointerDown(): void;
  toggle(): void;
  close(): void;
}

/** Esc, a press elsewhere and `close` end it; the focus goes back to the button. */
export function usePopover<Panel extends HTMLElement = HTMLDivElement>(): Popover<Panel> {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<Panel>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    const element = panel.current;
    if (!isOpen || element === null || button.current === null) return undefined;
    const beside = button.current;
    element.showPopover();
    placeBeside(element, beside.getBoundingClientRect());
    // What it shows may come, or grow, while it is open.
    const resized = new ResizeObserver(() => placeBeside(element, beside.getBoundingClientRect()));
    resized.observe(element);
    element.querySelector<HTMLElement>("a, button")?.focus();
    const onToggle = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed") setOpen(false);
    };
    element.addEventListener("toggle", onToggle);
    return () => {
      resized.disconnect();
      element.removeEventListener("toggle", onToggle);
    };
  }, [isOpen]);
  return {
    isOpen,
    button,
    panel,
    onPointerDown: () => {
      wasOpen.current = isOpen;
    },
    toggle: () => {
      setOpen(!wasOpen.current);
      wasOpen.current = false;
    },
    close: () => panel.current?.hidePopover(),
  };
}

/** Below the button, or above where there is no room; never past the edge of the page. */
function placeBeside(panel: HTMLElement, { top, bottom, left, right }: DOMRect): void {
  const GAP = 4;
  const EDGE = 8;
  const isRoomBelow = bottom + GAP + panel.offsetHeight + EDGE <= innerHeight;
  const isRoomRight = left + panel.offsetWidth + EDGE <= innerWidth;
  panel.style.top = `${isRoomBelow ? bottom + GAP : Math.max(EDGE, top - GAP - panel.offsetHeight)}px`;
  panel.style.left = `${isRoomRight ? left : Math.max(EDGE, right - panel.offsetWidth)}px`;
}
