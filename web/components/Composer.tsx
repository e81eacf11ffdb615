import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { offerMessage } from "../hooks.ts";
import { Icon } from "./Icon.tsx";

interface ComposerProps {
  readonly draft: string;
  readonly canSend: boolean;
  /** True while there is something to stop. */
  readonly isReplying: boolean;
  /** Changes when something else is opened: then the cursor comes here. */
  readonly place: string;
  /** What to know of the next message; empty where there is nothing. */
  readonly note: string;
  readonly onChange: (draft: string) => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  /** The choices beside the button. */
  readonly children: ComponentChildren;
}

/** Where a message is written. Enter sends, Shift+Enter breaks the line. */
export function Composer(props: ComposerProps) {
  const { draft, canSend, isReplying, place, note, onChange, onSend, onStop, children } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const focus = (): void => field.current?.focus();

  useGrowing(field, draft);
  useEffect(offerMessage, [place]);

  const onKeyDown = (event: KeyboardEvent): void => {
    // While an input method composes, Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    onSend();
  };
  const onButton = (): void => {
    if (isReplying) onStop();
    else onSend();
    focus();
  };
  return (
    <div class="composer">
      <textarea
        ref={field}
        id="message"
        rows={1}
        value={draft}
        aria-label="Message"
        placeholder="Message"
        enterkeyhint="send"
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <p id="message-note" class="note">
        {note}
      </p>
      <div class="choices">
        {children}
        <button
          type="button"
          class="go"
          disabled={!isReplying && !canSend}
          aria-label={isReplying ? "Stop" : "Send"}
          title={isReplying ? "Stop (Esc)" : "Send (Enter)"}
          onClick={onButton}
        >
          <Icon name={isReplying ? "stop" : "send"} />
        </button>
      </div>
    </div>
  );
}

/** Makes the field as high as its text; the style sheet sets the limit. */
function useGrowing(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = "auto";
    element.style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}
