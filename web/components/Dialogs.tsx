import type { Session } from "../../src/contract/hmi-schemas.ts";
import type { Profile } from "../../src/contract/profile-schemas.ts";
import type { ChatController } from "../chat-controller.ts";
import { titleOf } from "../chat-selectors.ts";
import type { ChatState } from "../chat-state.ts";
import { openSearchResult } from "../open-search-result.ts";
import { ArchivedDialog } from "./ArchivedDialog.tsx";
import { ConfirmDialog } from "./ConfirmDialog.tsx";
import { DeleteProfileDialog } from "./DeleteProfileDialog.tsx";
import { ProfileDialog } from "./ProfileDialog.tsx";
import { RenameDialog } from "./RenameDialog.tsx";
import { SearchDialog } from "./SearchDialog.tsx";
import { ShortcutsDialog } from "./ShortcutsDialog.tsx";
import { TransferDialog } from "./TransferDialog.tsx";

// None of these is needed before somebody asks for it.
export { attachFiles } from "../attach-files.ts";
export { MessageEditor } from "./MessageEditor.tsx";
export { ServicePanel } from "./ServicePanel.tsx";

/** The dialog that is open. */
export type DialogName =
  | { readonly kind: "rename"; readonly session: Session }
  | { readonly kind: "delete"; readonly session: Session }
  /** Null for a new profile. */
  | { readonly kind: "profile"; readonly profile: Profile | null }
  | { readonly kind: "delete-profile"; readonly profile: Profile }
  | { readonly kind: "archived" }
  | { readonly kind: "search" }
  /** Export and import. */
  | { readonly kind: "transfer" }
  | { readonly kind: "shortcuts" };

export interface DialogsProps {
  readonly chat: ChatController;
  readonly state: ChatState;
  readonly open: DialogName;
  readonly onOpen: (dialog: DialogName) => void;
  readonly onClose: () => void;
}

export function Dialogs({ chat, state, open, onOpen, onClose }: DialogsProps) {
  const { keeper } = chat;
  switch (open.kind) {
    case "rename":
      return (
        <RenameDialog
          session={open.session}
          onRename={(title) => keeper.rename(open.session, title)}
          onClose={onClose}
        />
      );
    case "delete":
      return (
        <ConfirmDialog
          title="Delete this conversation?"
          text={`“${titleOf(open.session)}” and its messages are removed for good.`}
          action="Delete"
          onConfirm={() => keeper.remove(open.session)}
          onClose={onClose}
        />
      );
    case "profile":
      return (
        <ProfileDialog
          profile={open.profile}
          models={state.models}
          onSave={(draft) => keeper.saveProfile(open.profile?.model_id ?? null, draft)}
          onDelete={() => open.profile !== null && onOpen({ kind: "delete-profile", profile: open.profile })}
          onClose={onClose}
        />
      );
    case "delete-profile":
      return <DeleteProfileDialog keeper={keeper} profile={open.profile} onClose={onClose} />;
    case "archived":
      return <ArchivedDialog keeper={keeper} profiles={state.profiles} onClose={onClose} />;
    case "search":
      return (
        <SearchDialog
          chat={chat}
          onChoose={(place) => void openSearchResult(chat, place)}
          onClose={onClose}
        />
      );
    case "transfer":
      return <TransferDialog chat={chat} onClose={onClose} />;
    case "shortcuts":
      return <ShortcutsDialog onClose={onClose} />;
  }
}
