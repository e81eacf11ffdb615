import { memo } from "../memo.ts";
import type { ShownMessage } from "../state.ts";
import { failureOf } from "../view.ts";
import { MessageContent } from "./MessageContent.tsx";
import { Notices } from "./Notices.tsx";
import { ReplyActions } from "./ReplyActions.tsx";
import { Thoughts } from "./Thoughts.tsx";
import { TroubleText } from "./TroubleText.tsx";

interface MessageItemProps {
  readonly message: ShownMessage;
  /** What is worth knowing of a reply that is not the last; empty where there is nothing. */
  readonly summary: string;
  /** True for the last message: what can be done with it stands below, with where the conversation stands. */
  readonly isLast: boolean;
  /** Asks for the reply again; undefined where that is not possible. */
  readonly onRetry: (() => void) | undefined;
  /** Ends the reply that is being written. */
  readonly onStop: () => void;
  /** Told the words of what is finished of a reply that grows. */
  readonly onSpoken: (text: string) => void;
}

/** One message of the conversation. Left alone while another one grows, however long the conversation is. */
export const MessageItem = memo(
  ({ message, summary, isLast, onRetry, onStop, onSpoken }: MessageItemProps) => {
    const { role, content, thinking, notices, status } = message;
    if (role === "user") {
      return (
        <article class="message user" aria-label="You">
          <div class="said">{content}</div>
        </article>
      );
    }
    return (
      <article class="message reply" aria-label="Reply">
        <Thoughts thinking={thinking} isThinking={status === "streaming" && content === ""} />
        {content !== "" && (
          <MessageContent content={content} streaming={status === "streaming"} onSpoken={onSpoken} />
        )}
        <Notices notices={notices} onStop={status === "streaming" ? onStop : undefined} />
        <Failure message={message} onRetry={onRetry} />
        {!isLast && (
          <div class="after">
            {summary !== "" && <span>{summary}</span>}
            <ReplyActions content={content} onRegenerate={undefined} />
          </div>
        )}
      </article>
    );
  },
);

function Failure({ message, onRetry }: Pick<MessageItemProps, "message" | "onRetry">) {
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
