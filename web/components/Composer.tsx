import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { editLastMessage, MESSAGE_ID, offerMessage } from "../message-field.ts";
import { useDroppedFiles } from "../useDroppedFiles.ts";
import { AddFilesButton } from "./AddFilesButton.tsx";
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
  readonly onFiles: (files: readonly File[]) => void;
  readonly onSend: () => void;
  readonly onStop: () => void;
  /** What goes with the message, between its text and the choices. */
  readonly pictures: ComponentChildren;
  /** What stands close to the button. */
  readonly gauge: ComponentChildren;
  /** The choices before them. */
  readonly children: ComponentChildren;
}

/**
 * Where a message is written. Enter sends, Shift+Enter breaks the line; on a touch screen Enter does. In an empty one
 * ArrowUp edits the last message.
 */
export function Composer(props: ComposerProps) {
  const { draft, canSend, isReplying, place, note, onChange, onFiles, onSend, onStop } = props;
  const { pictures, gauge, children } = props;
  const isDropping = useDroppedFiles(onFiles);
  const field = useRef<HTMLTextAreaElement>(null);
  const focus = (): void => field.current?.focus();

  useGrowing(field, draft);
  useEffect(offerMessage, [place]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowUp" && draft === "" && !isComposing(event)) {
      event.preventDefault();
      editLastMessage();
    }
    if (!isSendKey(event)) return;
    event.preventDefault();
    onSend();
  };
  const onButton = (): void => {
    if (isReplying) onStop();
    else onSend();
    focus();
  };
  return (
    <div class={isDropping ? "composer dropping" : "composer"}>
      <textarea
        ref={field}
        id={MESSAGE_ID}
        rows={1}
        value={draft}
        aria-label="Message"
        aria-describedby="message-note"
        placeholder="Message"
        dir="auto"
        enterkeyhint={isEnterSending() ? "send" : "enter"}
        onInput={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const { clipboardData } = event;
          const files = [...(clipboardData?.files ?? [])];
          // Text processors add a picture of the text that is meant.
          if (files.length === 0 || clipboardData?.types.includes("text/plain")) return;
          event.preventDefault();
          onFiles(files);
        }}
      />
      {pictures}
      <p id="message-note" class="note" role="status">
        {note}
      </p>
      <div class="choices">
        <AddFilesButton onFiles={onFiles} />
        {children}
        <span class="end">
          {gauge}
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
        </span>
      </div>
    </div>
  );
}

/** True where a key sends what was written. */
export function isSendKey(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event) && isEnterSending();
}

/** True where the key belongs to an input method. Safari ends the composing before its Enter: only 229 tells of it. */
function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === COMPOSING_KEY;
}

const COMPOSING_KEY = 229;

/** A keyboard on a touch screen has no Shift+Enter: there Enter breaks the line, and the button sends. */
function isEnterSending(): boolean {
  return matchMedia("(pointer: fine)").matches;
}

/** Makes the field as high as its text, where the style sheet's `field-sizing` does not; the limit is the style sheet's. */
export function useGrowing(field: { readonly current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    if (field.current !== null) growWithText(field.current);
  }, [field, text]);
  useEffect(() => {
    const element = field.current;
    if (element?.parentElement == null || isSizedByStyle()) return undefined;
    // What stands beside it grows with the size of the letters, which the field, whose height is fixed, does not.
    const resized = new ResizeObserver(() => growWithText(element));
    resized.observe(element.parentElement);
    return () => resized.disconnect();
  }, [field]);
}

function growWithText(field: HTMLTextAreaElement): void {
  if (isSizedByStyle()) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

function isSizedByStyle(): boolean {
  return CSS.supports("field-sizing", "content");
}
