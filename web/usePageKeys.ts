import { useLayoutEffect, useRef } from "preact/hooks";
import { focusMessage } from "./message-field.ts";

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
  // Whoever sees the page can use its keys: other effects run a moment after it is seen.
  useLayoutEffect(() => {
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
