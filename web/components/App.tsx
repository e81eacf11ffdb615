import { useCallback, useEffect, useState } from "preact/hooks";
import type { ChatController } from "../chat-controller.ts";
import { shownFailureOf, titleOf } from "../chat-selectors.ts";
import { focusMessage } from "../message-field.ts";
import { navigate, useAddress } from "../navigation.ts";
import { newAddress, pagePathOf } from "../page-address.ts";
import { keepToken } from "../page-token.ts";
import { useChatState } from "../useChatState.ts";
import { useDrawer } from "../useDrawer.ts";
import { useOtherTabs } from "../useOtherTabs.ts";
import { usePageKeys } from "../usePageKeys.ts";
import { useServiceWatch } from "../useServiceWatch.ts";
import { useUserEvents } from "../useUserEvents.ts";
import { useVisibility } from "../useVisibility.ts";
import { Conversation } from "./Conversation.tsx";
import type { DialogName } from "./Dialogs.tsx";
import { LazyDialogs, useDialogsAhead } from "./LazyDialogs.tsx";
import { NotFound } from "./NotFound.tsx";
import { Sidebar } from "./Sidebar.tsx";
import { TitleBar } from "./TitleBar.tsx";
import { TokenForm } from "./TokenForm.tsx";

interface AppProps {
  readonly chat: ChatController;
  /** The way to the other tabs of this page. */
  readonly tabs: BroadcastChannel;
}

/** The chat page: the list, and the open conversation. */
export function App({ chat, tabs }: AppProps) {
  const state = useChatState(chat);
  const drawer = useDrawer();
  const { dialog, openDialog, closeDialog } = useDialog();
  const { access, missing, messages, problem } = state;
  const title = missing === null ? titleOf(state.session) : "Not found";
  const last = messages.at(-1);

  useAddress(chat, state);
  useServiceWatch(chat, problem !== null || (last !== undefined && shownFailureOf(last) !== undefined));
  useOtherTabs(chat, tabs);
  useUserEvents(chat, access === "open");
  useVisibility(chat);
  useDialogsAhead();
  useEffect(() => {
    document.title = title;
  }, [title]);
  // What was chosen in a dialog that the list has opened is to be seen, too.
  const place = pagePathOf(state);
  useEffect(drawer.close, [place]);
  usePageKeys({
    onEscape: () => (drawer.isOpen ? drawer.close() : void chat.stop()),
    onNew: () => navigate(chat, newAddress(state.modelId)),
    onShortcuts: () => openDialog({ kind: "shortcuts" }),
    onSearch: () => openDialog({ kind: "search" }),
  });

  if (access !== "open") {
    const onToken = (token: string): void => {
      keepToken(token);
      void chat.signIn(token);
    };
    return <TokenForm isRefused={access === "token_refused"} onToken={onToken} />;
  }
  return (
    <>
      <button type="button" class="skip" onClick={focusMessage}>
        Skip to the message
      </button>
      <nav
        ref={drawer.panel}
        id="conversations"
        class={drawer.isOpen ? "drawer open" : "drawer"}
        aria-label="Conversations"
      >
        <Sidebar chat={chat} state={state} onChoose={drawer.close} onDialog={openDialog} />
      </nav>
      {drawer.isOpen && <div class="backdrop" onClick={drawer.close} aria-hidden="true" />}
      <main inert={drawer.isOpen}>
        <TitleBar chat={chat} state={state} title={title} drawer={drawer} onDialog={openDialog} />
        {missing === null ? (
          <Conversation chat={chat} state={state} />
        ) : (
          <NotFound problem={missing} modelId={state.modelId} />
        )}
      </main>
      {dialog !== null && (
        <LazyDialogs
          key={dialog.opening}
          chat={chat}
          state={state}
          open={dialog.name}
          onOpen={openDialog}
          onClose={closeDialog}
        />
      )}
    </>
  );
}

interface OpenDialog {
  readonly name: DialogName;
  /** Counts them, where one takes another's place. */
  readonly opening: number;
}

/**
 * The dialog that is open. One that is asked for again while it closes (its `close` event comes later) is another one:
 * else the key that opens it would be lost.
 */
function useDialog() {
  const [dialog, setDialog] = useState<OpenDialog | null>(null);
  const openDialog = useCallback(
    (name: DialogName) => setDialog((before) => ({ name, opening: (before?.opening ?? 0) + 1 })),
    [],
  );
  const closeDialog = useCallback(() => setDialog(null), []);
  return { dialog, openDialog, closeDialog };
}
