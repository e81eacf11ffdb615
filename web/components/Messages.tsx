import { type ComponentChildren, Fragment } from "preact";
import { useCallback } from "preact/hooks";
import type { EngineModel } from "../../src/contract/common-schemas.ts";
import { replySummary, shownFailureOf } from "../chat-selectors.ts";
import type { PageProblem, ShownMessage } from "../chat-state.ts";
import { contextMarks, type Summary } from "../context-marks.ts";
import type { HmiConnection } from "../hmi-connection.ts";
import { withoutThoughts } from "../strip-think-blocks.ts";
import { useDrawEndFirst } from "../useDrawEndFirst.ts";
import { useStickToEnd } from "../useStickToEnd.ts";
import { Announcements, useAnnouncer } from "./Announcements.tsx";
import { ContextMark } from "./ContextMark.tsx";
import { ElapsedTime } from "./ElapsedTime.tsx";
import { IconButton } from "./IconButton.tsx";
import { MessageItem } from "./MessageItem.tsx";
import { ReplyActions } from "./ReplyActions.tsx";
import { ReplySpeed } from "./ReplySpeed.tsx";
import { StatusLine } from "./StatusLine.tsx";
import { VersionPager } from "./VersionPager.tsx";

interface MessagesProps {
  /** Changes when another conversation is opened. */
  readonly place: string | null;
  /** The conversation that the messages belong to; null for one that is yet to be made. */
  readonly conversation: string | null;
  readonly messages: readonly ShownMessage[];
  readonly models: readonly EngineModel[];
  /** What stands for the first of them. */
  readonly summaries: readonly Summary[];
  readonly isOpening: boolean;
  readonly isReplying: boolean;
  /** Where the conversation stands. */
  readonly status: string;
  /** When the wait for a reply began, in milliseconds since 1970; null where nothing is waited for. */
  readonly waitingSince: number | null;
  /** For the pictures of messages. */
  readonly connection: HmiConnection;
  readonly onRegenerate: () => void;
  readonly onStop: () => void;
  /** Shows the way that this version of a message is on. */
  readonly onChooseVersion: (messageId: string) => void;
  /** Sends another version of a message. */
  readonly onEdit: (messageId: string, text: string) => Promise<PageProblem | null>;
  /** What stands in place of messages, where there are none. */
  readonly children: ComponentChildren;
}

/** The conversation. It keeps its end in view while the reader is there, and stays put otherwise. */
export function Messages(props: MessagesProps) {
  const { place, conversation, messages, models, summaries, isOpening, isReplying, status, waitingSince } =
    props;
  const { connection, onRegenerate, onStop, onEdit, children } = props;
  const isAnswered = messages.at(-1)?.status === "streaming";
  const { scroller, content, isAtEnd, goToEnd, stay } = useStickToEnd(`${place} ${isAnswered}`);
  const { announcements, announce } = useAnnouncer();
  const last = messages.at(-1);
  // They have a clock of their own, above.
  const areThoughtsSeen = isAnswered && last?.content === "" && Boolean(last.thinking);
  const first = useDrawEndFirst(conversation, messages.length);
  const marks = contextMarks({ messages, summaries });
  const again = isReplying ? undefined : onRegenerate;
  const choose = useCallback(
    (messageId: string, words: string): void => {
      // What was pressed stays where it is, whatever is shown below it.
      stay();
      props.onChooseVersion(messageId);
      announce(words);
    },
    [props.onChooseVersion, announce, stay],
  );
  const chooseVersion = isReplying ? undefined : choose;
  return (
    <div class="conversation">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section class="scroller" ref={scroller} tabIndex={0} aria-label="Conversation">
        {/* Not before there is something to show: what stands there would be pushed by it. */}
        <div class="column" ref={content} hidden={isOpening && messages.length === 0}>
          {children}
          {/* Not live: a screen reader would read it token by token. */}
          <div role="log" aria-label="Messages" aria-live="off">
            {messages.slice(first).map((message, offset) => {
              const index = first + offset;
              const isLast = message === last;
              return (
                <Fragment key={keyOf(message, index)}>
                  <ContextMark marks={marks} place={index} />
                  <MessageItem
                    message={message}
                    connection={connection}
                    summary={isLast ? "" : replySummary(messages, index, models)}
                    isLast={isLast}
                    onRetry={isLast ? again : undefined}
                    onStop={onStop}
                    onSpoken={announce}
                    onChooseVersion={chooseVersion}
                    onEdit={isReplying ? undefined : onEdit}
                  />
                </Fragment>
              );
            })}
          </div>
          <div class="after">
            {last?.role === "assistant" && <VersionPager message={last} onChoose={chooseVersion} />}
            <span class="told">
              <StatusLine text={status} isUnseen={areThoughtsSeen} />
              {waitingSince !== null && !areThoughtsSeen && <ElapsedTime since={waitingSince} />}
              {last !== undefined && !isReplying && <ReplySpeed message={last} />}
            </span>
            {last?.role === "assistant" && again !== undefined && (
              <ReplyActions
                content={withoutThoughts(last.content, false).said}
                // What has failed has a button of its own.
                onRegenerate={shownFailureOf(last) ? undefined : again}
              />
            )}
          </div>
        </div>
      </section>
      <Announcements announcements={announcements} />
      {!isAtEnd && <IconButton icon="down" label="Go to the end" class="to-end" onClick={goToEnd} />}
    </div>
  );
}

/** By place: a message gets its real id while it is shown. */
function keyOf(message: ShownMessage, index: number): string {
  return `${index} ${message.role}`;
}
