import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { ShownMessage } from "../state.ts";
import { replySummary } from "../view.ts";
import { MessageItem } from "./MessageItem.tsx";

/** A reader who is this close to the end, in pixels, wants to see what comes. */
const NEAR_END = 48;

interface MessagesProps {
  readonly messages: readonly ShownMessage[];
  readonly isReplying: boolean;
  /** True where a hint should stand in place of messages. */
  readonly isEmpty: boolean;
  readonly onRetry: () => void;
  /** What stands at the end of the conversation. */
  readonly children: ComponentChildren;
}

/** The conversation. It keeps its end in view while the reader is there, and stays put otherwise. */
export function Messages({ messages, isReplying, isEmpty, onRetry, children }: MessagesProps) {
  const scroller = useEndInView(messages);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section class="scroller" ref={scroller} tabIndex={0} aria-label="Conversation">
      <div class="column">
        {isEmpty && (
          <p class="keys">
            <kbd>Enter</kbd> sends, <kbd>Shift+Enter</kbd> breaks the line, <kbd>Esc</kbd> stops a reply.
          </p>
        )}
        {/* Busy, so that a screen reader reads a reply when it is whole, not token by token. */}
        <div role="log" aria-label="Messages" aria-busy={isReplying}>
          {messages.map((message, index) => {
            const isLast = index === messages.length - 1;
            return (
              <MessageItem
                key={keyOf(message, index)}
                message={message}
                // The status line says it of the last one.
                summary={isLast ? "" : replySummary(messages, index)}
                onRetry={isLast && !isReplying ? onRetry : undefined}
              />
            );
          })}
        </div>
        {children}
      </div>
    </section>
  );
}

/** By place: a message gets its real id while it is shown. */
function keyOf(message: ShownMessage, index: number): string {
  return `${index} ${message.role}`;
}

function useEndInView(messages: readonly ShownMessage[]) {
  const scroller = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  const count = messages.length;
  const showEnd = (): void => {
    const element = scroller.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  };

  // A message sent, or another conversation opened: whoever did that wants to see it.
  useLayoutEffect(() => {
    isAtEnd.current = true;
  }, [count]);
  useLayoutEffect(showEnd);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const onScroll = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
    };
    const resized = new ResizeObserver(showEnd);
    element.addEventListener("scroll", onScroll, { passive: true });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      resized.disconnect();
    };
  }, []);
  return scroller;
}
