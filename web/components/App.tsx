import { useCallback, useEffect, useState } from "preact/hooks";
import type { Session } from "../../src/contract/hmi.ts";
import type { Chat } from "../chat.ts";
import { useAddress, useChatState, useDrawer, useEscape } from "../hooks.ts";
import { LIST_LIMIT, titleOf } from "../view.ts";
import { Conversation } from "./Conversation.tsx";
import { ConversationList } from "./ConversationList.tsx";
import { DeleteDialog } from "./DeleteDialog.tsx";
import { Icon } from "./Icon.tsx";

/** The chat page: the list, and the open conversation. */
export function App({ chat }: { chat: Chat }) {
  const state = useChatState(chat);
  const drawer = useDrawer();
  const [doomed, setDoomed] = useState<Session | null>(null);
  const { sessions, sessionsTotal, sessionId } = state;
  const title = titleOf(state.session);

  useAddress(chat, state);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEscape(
    useCallback(() => {
      if (drawer.isOpen) drawer.close();
      else void chat.stop();
    }, [chat, drawer.isOpen, drawer.close]),
  );

  return (
    <>
      <nav
        ref={drawer.panel}
        id="conversations"
        class={drawer.isOpen ? "drawer open" : "drawer"}
        aria-label="Conversations"
      >
        <ConversationList
          sessions={sessions}
          openId={sessionId}
          hasMore={sessions.length < Math.min(sessionsTotal, LIST_LIMIT)}
          onOpen={drawer.close}
          onNew={() => {
            drawer.close();
            chat.startNew();
          }}
          onDelete={setDoomed}
          onShowOlder={() => void chat.showOlder()}
        />
      </nav>
      {drawer.isOpen && <div class="backdrop" onClick={drawer.close} aria-hidden="true" />}
      <main inert={drawer.isOpen}>
        <header>
          <button
            type="button"
            class="quiet menu"
            aria-label="Conversations"
            aria-expanded={drawer.isOpen}
            aria-controls="conversations"
            onClick={drawer.open}
          >
            <Icon name="menu" />
          </button>
          <h1>{title}</h1>
        </header>
        <Conversation chat={chat} state={state} />
      </main>
      {doomed !== null && (
        <DeleteDialog
          session={doomed}
          onConfirm={() => void chat.remove(doomed.session_id)}
          onClose={() => setDoomed(null)}
        />
      )}
    </>
  );
}
