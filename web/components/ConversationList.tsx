import { useRef } from "preact/hooks";
import type { Session } from "../../src/contract/hmi-schemas.ts";
import type { ChatController } from "../chat-controller.ts";
import { titleOf } from "../chat-selectors.ts";
import { groupByDay } from "../group-by-day.ts";
import { pagePathOf } from "../page-address.ts";
import { useFocusWhenDrawn } from "../useFocusWhenDrawn.ts";
import { ConversationMenu } from "./ConversationMenu.tsx";
import type { DialogName } from "./Dialogs.tsx";

interface ConversationListProps {
  readonly chat: ChatController;
  readonly sessions: readonly Session[];
  /** The open conversation. */
  readonly openId: string | null;
  readonly hasMore: boolean;
  readonly onChoose: () => void;
  readonly onDialog: (dialog: DialogName) => void;
}

/** The conversations by day, newest first, each a link to its address. */
export function ConversationList(props: ConversationListProps) {
  const { chat, sessions, openId, hasMore, onChoose, onDialog } = props;
  const list = useRef<HTMLDivElement>(null);
  const focusWhenDrawn = useFocusWhenDrawn(sessions);
  const showOlder = (): void => {
    // Whoever goes through the list by keyboard goes on with the first of the older ones.
    focusWhenDrawn(() => list.current?.querySelectorAll("a")[sessions.length]);
    void chat.showOlder();
  };
  return (
    <div class="conversations" ref={list}>
      {groupByDay(sessions, new Date()).map((group) => (
        <section key={group.label} aria-label={group.label}>
          <h2>{group.label}</h2>
          <ul class="list">
            {group.sessions.map((session) => (
              <li key={session.session_id}>
                <a
                  href={pagePathOf({ sessionId: session.session_id, modelId: session.model_id })}
                  onClick={onChoose}
                  dir="auto"
                  title={titleOf(session)}
                  aria-current={session.session_id === openId ? "page" : undefined}
                >
                  {titleOf(session)}
                </a>
                <ConversationMenu
                  session={session}
                  label={`More for ${titleOf(session)}`}
                  chat={chat}
                  onDialog={onDialog}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
      {hasMore && (
        <button type="button" class="older" onClick={showOlder}>
          Show older
        </button>
      )}
    </div>
  );
}
