import { useRef, useState } from "preact/hooks";
import type { PageProblem, ShownMessage } from "../chat-state.ts";
import type { HmiConnection } from "../hmi-connection.ts";
import { focusMessage, MESSAGE_ID } from "../message-field.ts";
import { IconButton } from "./IconButton.tsx";
import { LazyMessageEditor } from "./LazyDialogs.tsx";
import { SentPictures } from "./SentPictures.tsx";
import { VersionPager } from "./VersionPager.tsx";

interface UserMessageProps {
  readonly message: ShownMessage;
  /** For its pictures. */
  readonly connection: HmiConnection;
  readonly onChooseVersion: ((messageId: string, words: string) => void) | undefined;
  readonly onEdit: ((messageId: string, text: string) => Promise<PageProblem | null>) | undefined;
}

/** What the user said, which can be said again in other words. */
export function UserMessage({ message, connection, onChooseVersion, onEdit }: UserMessageProps) {
  const { message_id, content } = message;
  const [editing, setEditing] = useState<string>();
  const article = useRef<HTMLElement>(null);
  const cameFrom = useRef<Element | null>(null);
  // The message stands at a place: another version of it may be shown there by now.
  const isEditing = editing === message_id;
  const edit = (): void => {
    cameFrom.current = document.activeElement;
    setEditing(message_id);
  };
  const leave = (): void => {
    setEditing(undefined);
    if (cameFrom.current?.id === MESSAGE_ID) focusMessage();
    // The button comes back with the next drawing.
    else requestAnimationFrame(() => article.current?.querySelector<HTMLElement>(".actions button")?.focus());
  };
  return (
    <article
      class={isEditing ? "message user editing" : "message user"}
      aria-label="You"
      data-message={message_id}
      ref={article}
    >
      {isEditing ? (
        <LazyMessageEditor
          text={content}
          onSend={async (text) => {
            const problem = (await onEdit?.(message_id, text)) ?? null;
            if (problem === null) setEditing(undefined);
            return problem;
          }}
          onLeave={leave}
        />
      ) : (
        <>
          <SentPictures message={message} connection={connection} />
          <div class="said" dir="auto">
            {content}
          </div>
        </>
      )}
      {!isEditing && (
        <div class="after">
          <VersionPager message={message} onChoose={onChooseVersion} />
          {onEdit !== undefined && (
            <span class="actions">
              <IconButton icon="pen" label="Edit message" onClick={edit} />
            </span>
          )}
        </div>
      )}
    </article>
  );
}
