import * as z from "zod";
import { Timestamp, WireKey } from "./common-schemas.ts";
import { LIMITS } from "./contract-defaults.ts";
import { Message, MessageImage, MessageStatus, Session } from "./hmi-schemas.ts";
import { ProfileDraft } from "./profile-schemas.ts";

/** How a file of {@link ChatExport} says what it is. */
export const EXPORT_FORMAT = "chat-stack-export";

/** Changes where a file of before could not be read any more. */
export const EXPORT_VERSION = 1;

/** A text without half of a surrogate pair: a database would keep another one. */
const text = (maxChars: number) =>
  z
    .string()
    .max(maxChars, { error: `must be at most ${maxChars} characters` })
    .refine((value) => value.isWellFormed(), { error: "must not hold half of a surrogate pair" });

const messageText = text(LIMITS.maxImportedMessageChars);

/** By what a row is known again, in every store that it is brought to. */
const ExportKey = WireKey.describe(
  "By what it is known again: what is there already is not brought in twice.",
);

/** A model profile in an export. */
export const ExportedProfile = z.strictObject({
  key: ExportKey,
  ...ProfileDraft.shape,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type ExportedProfile = z.infer<typeof ExportedProfile>;

/** A picture in an export, whole. */
export const ExportedImage = z.strictObject({
  media_type: MessageImage.shape.media_type,
  data: z.base64().min(1).max(LIMITS.imageBodyBytes).describe("In base64."),
});
export type ExportedImage = z.infer<typeof ExportedImage>;

/** A row of a conversation in an export; its ids are those of this conversation in this file alone. */
export const ExportedMessage = z.strictObject({
  message_id: WireKey,
  parent_id: WireKey.nullable().describe(
    "The message that this one follows, which stands before it; null for the first, and for a summary. Those that follow the same one are versions of each other, the oldest first.",
  ),
  chosen: z
    .boolean()
    .describe(
      "True for the one of its versions that is shown; of a way that is not shown, where that was left.",
    ),
  role: Message.shape.role,
  message_type: Message.shape.message_type,
  content: messageText,
  thinking: messageText.min(1).nullable(),
  thinking_ms: Message.shape.thinking_ms,
  images: z.array(ExportedImage).max(LIMITS.imagesOfMessage),
  model_name: text(500).min(1).nullable(),
  status: MessageStatus.exclude(["streaming"]).describe(
    "A reply that was being written when the export was made is `interrupted`.",
  ),
  usage: Message.shape.usage,
  timings: Message.shape.timings.unwrap(),
  notices: Message.shape.notices.unwrap().max(100),
  finish_reason: Message.shape.finish_reason,
  error: Message.shape.error,
  timestamp: Timestamp,
  covers_until: WireKey.nullable().describe(
    "Of a summary: the last message that it stands for, which stands before it.",
  ),
});
export type ExportedMessage = z.infer<typeof ExportedMessage>;

/** A conversation in an export, with all versions of its messages. */
export const ExportedConversation = z.strictObject({
  key: ExportKey,
  profile_key: WireKey.nullable().describe("The profile's `key`; null for a general conversation."),
  agent_id: Session.shape.agent_id.min(1).max(200),
  model: text(500).min(1).nullable(),
  title: text(LIMITS.titleUnits).min(1).nullable(),
  active: z.boolean().describe("Kept where nothing else is the active one of the profile."),
  archived: z.boolean(),
  created_at: Timestamp,
  updated_at: Timestamp,
  messages: z.array(ExportedMessage).max(LIMITS.maxImportedMessages).describe("The oldest first."),
});
export type ExportedConversation = z.infer<typeof ExportedConversation>;

/** What `GET /api/chat/export` answers: all that one user has. */
export const ChatExport = z.strictObject({
  format: z.literal(EXPORT_FORMAT),
  version: z.literal(EXPORT_VERSION),
  exported_at: Timestamp,
  profiles: z.array(ExportedProfile),
  conversations: z.array(ExportedConversation).describe("Archived ones too, the one used longest ago first."),
});
export type ChatExport = z.infer<typeof ChatExport>;

/** The query of `GET /api/chat/export`: one conversation, or all. */
export const ChatExportQuery = z.object({ session_id: WireKey.optional() });

/** What was not taken of a file, or not whole. */
const ImportRemark = z.object({
  /** Where in the file, for example `conversations.3.messages.2.parent_id`. */
  place: z.string(),
  /** The conversation's title, where it has one. */
  title: z.string().nullable(),
  reason: z.string(),
});
export type ImportRemark = z.infer<typeof ImportRemark>;

const count = z.int().min(0);

/** What `POST /api/chat/import` answers: what was taken, and what not and why. */
export const ImportReport = z.object({
  status: z.literal("ok"),
  /** Whose file it was: `chat-stack`, `open-webui`. */
  format: z.string(),
  conversations: z.object({ imported: count, already_there: count, refused: count }),
  profiles: z.object({ imported: count, already_there: count, refused: count }),
  /** Nothing of these was saved. */
  refused: z.array(ImportRemark),
  /** What is not as it was in the file, of what was taken or was there already. */
  notes: z.array(ImportRemark),
});
export type ImportReport = z.infer<typeof ImportReport>;
