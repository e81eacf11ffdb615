import type { ChatController } from "../chat-controller.ts";
import { openProfile } from "../chat-selectors.ts";
import type { ChatState } from "../chat-state.ts";
import { newAddress } from "../page-address.ts";
import type { Drawer } from "../useDrawer.ts";
import { ConversationMenu } from "./ConversationMenu.tsx";
import type { DialogName } from "./Dialogs.tsx";
import { IconButton } from "./IconButton.tsx";

interface TitleBarProps {
  readonly chat: ChatController;
  readonly state: ChatState;
  readonly title: string;
  readonly drawer: Drawer;
  readonly onDialog: (dialog: DialogName) => void;
}

/** What is open, whose it is, and what can be done with it. */
export function TitleBar({ chat, state, title, drawer, onDialog }: TitleBarProps) {
  const { session } = state;
  const profile = openProfile(state);
  return (
    <header>
      <IconButton
        icon="menu"
        label="Conversations"
        class="menu"
        isExpanded={drawer.isOpen}
        onClick={drawer.open}
      />
      {profile !== undefined && (
        <a class="profile" dir="auto" href={newAddress(profile.model_id)} title={`Profile ${profile.name}`}>
          {profile.name}
        </a>
      )}
      <h1 dir="auto">{title}</h1>
      {session !== null && (
        <ConversationMenu
          session={session}
          label="Conversation menu"
          chat={chat}
          onDialog={onDialog}
          onClear={() => void chat.keeper.clear(session)}
        />
      )}
    </header>
  );
}
