import type { ChatController } from "../chat-controller.ts";
import { hasOlder, listedSessions } from "../chat-selectors.ts";
import type { ChatState, ShownMessage } from "../chat-state.ts";
import { memo } from "../memo-component.ts";
import { newAddress } from "../page-address.ts";
import { ConversationList } from "./ConversationList.tsx";
import type { DialogName } from "./Dialogs.tsx";
import { Icon } from "./Icon.tsx";
import { IconButton } from "./IconButton.tsx";
import { ProfileList } from "./ProfileList.tsx";
import { ServiceLights } from "./ServiceLights.tsx";

interface SidebarProps {
  readonly chat: ChatController;
  readonly state: ChatState;
  /** Told when something is chosen; the address does the rest. */
  readonly onChoose: () => void;
  readonly onDialog: (dialog: DialogName) => void;
}

/** Profiles, the conversations of the open one, and how the services are. */
export function Sidebar({ chat, state, onChoose, onDialog }: SidebarProps) {
  return (
    <SidebarContent
      chat={chat}
      profiles={state.profiles}
      modelId={state.modelId}
      sessionId={state.sessionId}
      services={state.services}
      lastReply={state.messages.findLast(({ timings }) => timings !== null)}
      sessions={listedSessions(state)}
      isMore={hasOlder(state)}
      onChoose={onChoose}
      onDialog={onDialog}
    />
  );
}

interface SidebarContentProps
  extends Omit<SidebarProps, "state">,
    Pick<ChatState, "profiles" | "modelId" | "sessionId" | "services" | "sessions"> {
  readonly isMore: boolean;
  readonly lastReply: ShownMessage | undefined;
}

/** It stays as it is while a reply grows. */
const SidebarContent = memo((props: SidebarContentProps) => {
  const { chat, profiles, modelId, sessionId, services, sessions, isMore, lastReply, onChoose, onDialog } =
    props;
  return (
    <>
      <div class="begin">
        <a class="new" href={newAddress(modelId)} title="New chat (Ctrl+Shift+O)" onClick={onChoose}>
          <Icon name="compose" /> New chat
        </a>
        <IconButton
          icon="search"
          label="Search"
          title="Search (Ctrl+K)"
          onClick={() => onDialog({ kind: "search" })}
        />
        <IconButton
          icon="archive"
          label="Archived"
          title="Archived conversations"
          onClick={() => onDialog({ kind: "archived" })}
        />
      </div>
      <ProfileList profiles={profiles} openId={modelId} onChoose={onChoose} onDialog={onDialog} />
      <ConversationList
        chat={chat}
        sessions={sessions}
        openId={sessionId}
        hasMore={isMore}
        onChoose={onChoose}
        onDialog={onDialog}
      />
      <footer>
        <ServiceLights chat={chat} services={services} lastReply={lastReply} />
        <IconButton
          icon="transfer"
          label="Export and import"
          onClick={() => onDialog({ kind: "transfer" })}
        />
        <IconButton
          icon="keys"
          label="Keyboard shortcuts"
          title="Keyboard shortcuts (Ctrl+/)"
          onClick={() => onDialog({ kind: "shortcuts" })}
        />
      </footer>
    </>
  );
});
