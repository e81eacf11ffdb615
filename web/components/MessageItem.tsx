import { useMemo } from "preact/hooks";
import type { ShownMessage } from "../state.ts";
import { failureOf } from "../view.ts";
import { MessageContent } from "./MessageContent.tsx";
import { TroubleText } from "./TroubleText.tsx";

interface MessageItemProps {
  readonly message: ShownMessage;
  /** What is worth knowing of a reply; empty where there is nothing. */
  readonly summary: string;
  /** Sends the message before it again; undefined where that is not possible. */
  readonly onRetry: (() => void) | undefined;
}

/** One message of the conversation. */
export function MessageItem({ message, summary, onRetry }: MessageItemProps) {
  // Unchanged messages are left alone, however long the conversation is, while the last one grows.
  return useMemo(() => {
    const isUser = message.role === "user";
    return (
      <article class={isUser ? "message user" : "message reply"} aria-label={isUser ? "You" : "Reply"}>
        {message.content !== "" && <MessageContent content={message.content} />}
        <Failure message={message} onRetry={onRetry} />
        {summary !== "" && <p class="summary">{summary}</p>}
      </article>
    );
  }, [message, summary, onRetry]);
}

function Failure({ message, onRetry }: Omit<MessageItemProps, "summary">) {
  const failure = failureOf(message);
  if (!failure) return null;
  return (
    <div class="trouble">
      <TroubleText message={failure.message} hint={failure.hint} />
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Retry
        </button>
      )}
    </div>
  );
}
