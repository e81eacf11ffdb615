import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Chat } from "./chat-controller.ts";
import type { ChatState } from "./chat-state.ts";

/** From this width on, in pixels, the list stands beside the conversation; the style sheet has it too. */
const WIDE = "(min-width: 800px)";

/** The chat's state, drawn again after every change. */
export function useChatState(chat: Chat): ChatState {
  const [state, setState] = useState(chat.state);
  useEffect(() => chat.subscribe(() => setState(chat.state)), [chat]);
  return state;
}

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

/** Keys that work everywhere on the page. */
export interface PageKeys {
  onEscape(): void;
  onNew(): void;
  onShortcuts(): void;
  onSearch(): void;
}

/** Calls what a key means, unless a dialog, a menu or an input method has it. */
export function usePageKeys(keys: PageKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.isComposing || document.querySelector("dialog[open], :popover-open") !== null) return;
      const action = actionOf(event, latest.current);
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

function actionOf(event: KeyboardEvent, keys: PageKeys): (() => void) | undefined {
  const { key, shiftKey } = event;
  if (key === "Escape") return shiftKey ? focusMessage : keys.onEscape;
  if (!event.ctrlKey && !event.metaKey) return undefined;
  if (key === "/") return keys.onShortcuts;
  if (key.toLowerCase() === "k" && !shiftKey) return keys.onSearch;
  return shiftKey && key.toLowerCase() === "o" ? keys.onNew : undefined;
}

/** The id of the field that a message is written in. */
export const MESSAGE_ID = "message";

/** Puts the cursor where a message is written. */
export function focusMessage(): void {
  document.getElementById(MESSAGE_ID)?.focus();
}

/** Opens the last message that can be edited, as its own button does. */
export function editLastMessage(): void {
  const buttons = document.querySelectorAll<HTMLElement>(".message.user .actions button");
  [...buttons].at(-1)?.click();
}

/** The same where nobody asked for it: on a touch screen it would bring up the keyboard. */
export function offerMessage(): void {
  if (matchMedia("(pointer: fine)").matches) focusMessage();
}

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

/** Something that opens above the page, beside the button that it belongs to. */
export interface Popover {
  readonly isOpen: boolean;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly panel: RefObject<HTMLDivElement | null>;
  /** For the button's `onPointerDown`: the press that closes it must not open it again. */
  onPointerDown(): void;
  toggle(): void;
  close(): void;
}

/** Esc, a press elsewhere and `close` end it; the focus goes back to the button. */
export function usePopover(): Popover {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const wasOpen = useRef(false);
  useLayoutEffect(() => {
    const element = panel.current;
    if (!isOpen || element === null || button.current === null) return undefined;
    element.showPopover();
    placeBeside(element, button.current.getBoundingClientRect());
    element.querySelector<HTMLElement>("a, button")?.focus();
    const onToggle = (event: Event): void => {
      if ((event as ToggleEvent).newState === "closed") setOpen(false);
    };
    element.addEventListener("toggle", onToggle);
    return () => element.removeEventListener("toggle", onToggle);
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
