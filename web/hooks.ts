import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { addressOf, parseAddress } from "./address.ts";
import type { Chat } from "./chat.ts";
import type { ChatState } from "./state.ts";

/** From this width on, in pixels, the list stands beside the conversation; the style sheet has it too. */
const WIDE = "(min-width: 800px)";

/** The chat's state, drawn again after every change. */
export function useChatState(chat: Chat): ChatState {
  const [state, setState] = useState(chat.state);
  useEffect(() => chat.subscribe(() => setState(chat.state)), [chat]);
  return state;
}

/** Opens what the address names, also after "back", and lets the address follow what is open. */
export function useAddress(chat: Chat, { sessionId, phase }: ChatState): void {
  useEffect(() => {
    const go = (): void => {
      const address = parseAddress(location.hash);
      if (address.page === "conversation") void chat.open(address.sessionId);
      else if (address.page === "new") chat.startNew();
      else void chat.start(address);
    };
    void chat.start(parseAddress(location.hash));
    addEventListener("hashchange", go);
    return () => removeEventListener("hashchange", go);
  }, [chat]);

  const isSettled = phase !== "opening";
  // With the drawing, not after it: "back", pressed in between, would be undone.
  useLayoutEffect(() => {
    const hash = addressOf(sessionId);
    if (!isSettled || location.hash === hash) return;
    // A new conversation becomes the one it was sent to; "back" should not lead to an empty one.
    const isPlace = parseAddress(location.hash).page === "conversation";
    if (isPlace) history.pushState(null, "", hash);
    else history.replaceState(null, "", hash);
  }, [sessionId, isSettled]);
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
    wide.addEventListener("change", close);
    return () => wide.removeEventListener("change", close);
  }, [close]);
  useLayoutEffect(() => {
    if (!isOpen) return undefined;
    const opener = document.activeElement;
    panel.current?.querySelector("button")?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, [isOpen]);
  return { isOpen, panel, open, close };
}

/** Calls `onEscape` when Esc is pressed, unless a dialog or an input method has it. */
export function useEscape(onEscape: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.isComposing || document.querySelector("dialog[open]")) return;
      onEscape();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, [onEscape]);
}
