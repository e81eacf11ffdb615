import type { Notice } from "../../src/contract/event-schemas.ts";
import { shownFailureOf } from "../chat-selectors.ts";
import type { PageProblem, ShownMessage } from "../chat-state.ts";
import type { HmiConnection } from "../hmi-connection.ts";
import { memo } from "../memo-component.ts";
import { thinkingTime } from "../reply-timing.ts";
import { withoutThoughts } from "../strip-think-blocks.ts";
import { ErrorMessage } from "./ErrorMessage.tsx";
import { MessageContent } from "./MessageContent.tsx";
import { ReplyActions } from "./ReplyActions.tsx";
import { ReplySpeed } from "./ReplySpeed.tsx";
import { ReplyWarnings } from "./ReplyWarnings.tsx";
import { Thoughts } from "./Thoughts.tsx";
import { UserMessage } from "./UserMessage.tsx";
import { VersionPager } from "./VersionPager.tsx";

interface MessageItemProps {
  readonly message: ShownMessage;
  /** For its pictures. */
  readonly connection: HmiConnection;
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
  /** Shows another version, and tells which; undefined where that is not possible. */
  readonly onChooseVersion: ((messageId: string, words: string) => void) | undefined;
  /** Sends another version of a user's message; undefined where that is not possible. */
  readonly onEdit: ((messageId: string, text: string) => Promise<PageProblem | null>) | undefined;
}

/** One message of the conversation. Left alone while another one grows, however long the conversation is. */
export const MessageItem = memo((props: MessageItemProps) => {
  const { message, connection, summary, isLast, onRetry, onStop, onSpoken } = props;
  const { onChooseVersion, onEdit } = props;
  const { role, content, notices, status } = message;
  if (role === "user") {
    return (
      <UserMessage
        message={message}
        connection={connection}
        onChooseVersion={onChooseVersion}
        onEdit={onEdit}
      />
    );
  }
  const isStreaming = status === "streaming";
  const { said, thought } = withoutThoughts(content, isStreaming);
  const thinking = [message.thinking ?? "", thought].filter(Boolean).join("\n\n");
  return (
    <article class="message reply" aria-label="Reply" data-message={message.message_id}>
      <Thoughts
        thinking={thinking}
        since={message.thinkingSince}
        isThinking={isStreaming && said === ""}
        time={thinkingTime(message)}
      />
      {said !== "" && (
        <MessageContent
          key={message.message_id}
          content={said}
          streaming={isStreaming}
          isSeenFromStart={message.isSeenFromStart}
          onSpoken={onSpoken}
        />
      )}
      <ReplyWarnings
        notices={isLast ? notices : notices.filter(isLasting)}
        onStop={isStreaming ? onStop : undefined}
      />
      <Failure message={message} onRetry={onRetry} />
      {!isLast && (
        <div class="after">
          <VersionPager message={message} onChoose={onChooseVersion} />
          <span class="told">
            {summary !== "" && <span>{summary}</span>}
            <ReplySpeed message={message} />
          </span>
          <ReplyActions content={said} onRegenerate={undefined} />
        </div>
      )}
    </article>
  );
});

/** What was left out is told at the last reply, and marked in the conversation: not once more for each reply before. */
function isLasting({ code }: Notice): boolean {
  return code !== "context_trimmed";
}

function Failure({ message, onRetry }: Pick<MessageItemProps, "message" | "onRetry">) {
  const failure = shownFailureOf(message);
  if (!failure) return null;
  return (
    <div class="trouble">
      <ErrorMessage message={failure.message} hint={failure.hint} />
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Retry
        </button>
      )}
    </div>
  );
}
