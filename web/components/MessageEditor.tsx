import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { LIMITS } from "../../src/contract/contract-defaults.ts";
import type { PageProblem } from "../chat-state.ts";
import { focusMessage } from "../message-field.ts";
import { isSendKey, useGrowing } from "./Composer.tsx";
import { ErrorMessage } from "./ErrorMessage.tsx";

export interface MessageEditorProps {
  /** What it said before. */
  readonly text: string;
  /** Resolves to why it was not sent, or null. */
  readonly onSend: (text: string) => Promise<PageProblem | null>;
  /** Leaves the message as it is. */
  readonly onLeave: () => void;
}

/** Another version of a message, written in its place. Enter sends it as in the composer, Esc leaves it. */
export function MessageEditor({ text, onSend, onLeave }: MessageEditorProps) {
  const [draft, setDraft] = useState(text);
  const [problem, setProblem] = useState<PageProblem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useGrowing(field, draft);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, [text]);
  const over = draft.trimEnd().length - LIMITS.messageChars;
  const canSend = draft.trim() !== "" && over <= 0 && !isBusy;
  const send = async (): Promise<void> => {
    if (!canSend) return;
    setBusy(true);
    const failed = await onSend(draft.trimEnd());
    setBusy(false);
    setProblem(failed);
    if (failed === null) focusMessage();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (isSendKey(event)) {
      event.preventDefault();
      void send();
    } else if (event.key === "Escape" && !event.isComposing) {
      // It ends the editing, not a reply.
      event.stopPropagation();
      onLeave();
    }
  };
  return (
    <form
      class="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        rows={1}
        value={draft}
        aria-label="Edit message"
        dir="auto"
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      {over > 0 && (
        <p class="note" role="status">
          Too long by {over.toLocaleString("en")} characters.
        </p>
      )}
      {problem !== null && (
        <div class="trouble" role="alert">
          <ErrorMessage message={problem.message} hint={problem.hint} />
        </div>
      )}
      <div class="buttons">
        <button type="button" onClick={onLeave}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={!canSend}>
          Send
        </button>
      </div>
    </form>
  );
}
