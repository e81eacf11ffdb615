import type { Session } from "../../src/contract/hmi-schemas.ts";
import { hmiRoutes } from "../../src/contract/routes.ts";
import type { ChatController } from "../chat-controller.ts";
import { usePopover } from "../usePopover.ts";
import type { DialogName } from "./Dialogs.tsx";
import { DownloadLink } from "./DownloadLink.tsx";
import { IconButton } from "./IconButton.tsx";

interface ConversationMenuProps {
  readonly session: Session;
  /** The name of the button. */
  readonly label: string;
  readonly chat: ChatController;
  readonly onDialog: (dialog: DialogName) => void;
  /** Where an empty conversation may take the place of this one. */
  readonly onClear?: () => void;
}

/** What can be done with a conversation. */
export function ConversationMenu({ session, label, chat, onDialog, onClear }: ConversationMenuProps) {
  const popover = usePopover();
  // The menu goes first, so that the focus is back at its button when a dialog opens.
  const choose = (action: () => void) => (): void => {
    popover.close();
    action();
  };
  return (
    <>
      <IconButton
        icon="more"
        label={label}
        isExpanded={popover.isOpen}
        buttonRef={popover.button}
        onPointerDown={popover.onPointerDown}
        onClick={popover.toggle}
      />
      {popover.isOpen && (
        <div ref={popover.panel} popover="auto" class="popover actions-menu">
          <button type="button" onClick={choose(() => onDialog({ kind: "rename", session }))}>
            Rename
          </button>
          <ExportLink session={session} format="markdown" chat={chat} onChoose={popover.close} />
          <ExportLink session={session} format="json" chat={chat} onChoose={popover.close} />
          {onClear !== undefined && (
            <button type="button" onClick={choose(onClear)}>
              Clear and start anew
            </button>
          )}
          {session.archived ? (
            <button type="button" onClick={choose(() => void chat.keeper.unarchive(session))}>
              Restore
            </button>
          ) : (
            <button type="button" onClick={choose(() => void chat.keeper.archive(session))}>
              Archive
            </button>
          )}
          <button type="button" class="danger" onClick={choose(() => onDialog({ kind: "delete", session }))}>
            Delete
          </button>
        </div>
      )}
    </>
  );
}

const FORMATS = {
  markdown: { label: "Export as Markdown", ending: "md" },
  json: { label: "Export as JSON", ending: "json" },
} as const;

interface ExportLinkProps {
  readonly session: Session;
  readonly format: keyof typeof FORMATS;
  readonly chat: ChatController;
  readonly onChoose: () => void;
}

function ExportLink({ session, format, chat, onChoose }: ExportLinkProps) {
  const { session_id } = session;
  const { label, ending } = FORMATS[format];
  const path = hmiRoutes.exportSession.path({ session_id }, { format });
  const name = `conversation-${session_id}.${ending}`;
  return (
    <DownloadLink chat={chat} path={path} name={name} onChoose={onChoose}>
      {label}
    </DownloadLink>
  );
}
