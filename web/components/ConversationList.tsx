import type { Session } from "../../src/contract/hmi.ts";
import { addressOf } from "../address.ts";
import { titleOf } from "../view.ts";
import { Icon } from "./Icon.tsx";

interface ConversationListProps {
  readonly sessions: readonly Session[];
  /** The open conversation. */
  readonly openId: string | null;
  readonly hasMore: boolean;
  /** Told when one is chosen; the address does the rest. */
  readonly onOpen: () => void;
  readonly onNew: () => void;
  readonly onDelete: (session: Session) => void;
  readonly onShowOlder: () => void;
}

/** The conversations, newest first, each a link to its address. */
export function ConversationList(props: ConversationListProps) {
  const { sessions, openId, hasMore, onOpen, onNew, onDelete, onShowOlder } = props;
  return (
    <>
      <button type="button" class="new" onClick={onNew}>
        <Icon name="plus" /> New chat
      </button>
      <ul class="conversations">
        {sessions.map((session) => (
          <li key={session.session_id}>
            <a
              href={addressOf(session.session_id)}
              onClick={onOpen}
              aria-current={session.session_id === openId ? "page" : undefined}
            >
              {titleOf(session)}
            </a>
            <button
              type="button"
              class="quiet"
              aria-label={`Delete ${titleOf(session)}`}
              onClick={() => onDelete(session)}
            >
              <Icon name="bin" />
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" class="older" onClick={onShowOlder}>
          Show older
        </button>
      )}
    </>
  );
}
