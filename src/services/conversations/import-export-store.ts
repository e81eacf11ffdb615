import type { ExportedConversation, ExportedMessage, ExportedProfile } from "../../contract/chat-export.ts";
import type { MessageImage, Session } from "../../contract/hmi-schemas.ts";
import type { PictureBytes } from "./conversation-store.ts";

/** A conversation on its way, whole, in the export's shape; `Image` is how its pictures come along. */
export interface TransferredConversation<Image> extends Omit<ExportedConversation, "messages"> {
  readonly messages: readonly TransferredMessage<Image>[];
}

/** A message on its way; see {@link TransferredConversation}. */
export interface TransferredMessage<Image> extends Omit<ExportedMessage, "images"> {
  readonly images: readonly Image[];
}

/** What has become of a conversation that was brought in. */
export interface ImportedConversation {
  readonly session: Session;
  /** False where it was there already, and nothing was changed. */
  readonly isNew: boolean;
}

/**
 * Conversations on their way out of a store and into another, with all versions of their messages. Profiles and
 * conversations have a key each by which they are known again: every row has one from its beginning, one that was
 * brought in the one that it came with. It is unique among those of its user.
 */
export interface ImportExportStore {
  /** All profiles, oldest first. */
  profiles(): Promise<ExportedProfile[]>;
  /** All conversations by their `session_id`, archived ones too, in the reverse order of the list: the newest last. */
  sessionIds(): Promise<string[]>;
  /**
   * One conversation as it is at one moment, its messages in the order of their ids; pictures are got one by one
   * ({@link MessageStore.image}). A reply that is being written is `interrupted`, with what is saved of it. Throws
   * `conversation_not_found`.
   */
  read(sessionId: string): Promise<TransferredConversation<MessageImage>>;
  /** Makes the profile; false where there is one with its key, which stays as it is. */
  importProfile(profile: ExportedProfile): Promise<boolean>;
  /**
   * Saves the conversation with new ids, all of it or nothing, at the place in the list that its `updated_at` says; it is
   * the active one where it was that and its profile has none. One with its key stays as it is. The messages must
   * be such that each follows one that stands before it, and of the versions at a place one is chosen at most.
   * Throws `model_profile_not_found` where there is no profile with its `profile_key`.
   */
  importConversation(conversation: TransferredConversation<PictureBytes>): Promise<ImportedConversation>;
}
