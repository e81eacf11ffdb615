import * as z from "zod";
import { ErrorBody, ModelId, Timestamp, WireKey } from "./common-schemas.ts";
import { LIMITS } from "./contract-defaults.ts";
import { FinishReason, Notice, Timings, Usage } from "./event-schemas.ts";
import { KeepAlive, noTools, Think } from "./gateway-schemas.ts";

const messageText = z
  .string()
  .refine((text) => text.trim() !== "", { error: "must not be empty" })
  .max(LIMITS.messageChars, { error: `must be at most ${LIMITS.messageChars} characters` });

/** A picture in base64, or as a `data:` URL. What it is shows in its first bytes, whatever the URL says. */
const picture = z
  .string()
  .transform((text) => text.replace(/^data:[\w/+.-]+;base64,/, ""))
  .pipe(z.base64());

/** The body of `POST /api/chat/message`; without `session_id` it makes a conversation. */
export const SendMessage = z.strictObject({
  session_id: WireKey.nullish(),
  message: messageText,
  agent_id: WireKey.optional(),
  model: z.string().min(1).max(500).optional(),
  model_id: ModelId.nullish(),
  /** A key of the client's own; sent again, it answers as the first time instead of sending the message again. */
  client_message_id: WireKey.optional(),
  images: z.array(picture).min(1).max(LIMITS.imagesOfMessage).optional(),
  think: Think.optional(),
  keep_alive: KeepAlive.optional(),
  /** The user's message of this conversation that this one is another version of. */
  edits: WireKey.optional(),
  tools: noTools,
});
export type SendMessage = z.infer<typeof SendMessage>;

/** What `POST /api/chat/message` answers: both rows are on disk, and the generation has begun. */
export const SentMessage = z.object({
  status: z.literal("ok"),
  session_id: z.string(),
  message_id: z.string(),
  assistant_message_id: z.string(),
  agent_id: z.string(),
  streaming: z.literal(true),
});
export type SentMessage = z.infer<typeof SentMessage>;

/** The body of `POST /api/chat/sessions/{id}/regenerate`: the last message is answered again, as a {@link SentMessage} tells. */
export const Regenerate = z.strictObject({
  /** The reply that is meant, or the message that it answers; without it, the last. */
  message_id: WireKey.optional(),
  model: z.string().min(1).max(500).optional(),
  think: Think.optional(),
});
export type Regenerate = z.infer<typeof Regenerate>;

/** The body of `POST /api/chat/sessions/{id}/choose`: the way to this message is shown, as a {@link MessageList} tells. */
export const ChooseVersion = z.strictObject({ message_id: WireKey });
export type ChooseVersion = z.infer<typeof ChooseVersion>;

/** A whole number in a query string. */
const queryInteger = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.int().min(min).max(max));

/** The key of a model profile where it comes as text: in a query or a path. */
export const ModelIdText = z
  .string()
  .regex(/^\d{1,15}$/, "must be an integer >= 1")
  .transform(Number)
  .pipe(ModelId);

/** The query of `GET /api/chat/stream/{session_id}`: which reply, by its id or by that of the message it answers. */
export const StreamQuery = z.object({ message_id: WireKey.optional() });

/** The query of `GET /api/chat/general-stream`. */
export const GeneralStreamQuery = z.object({
  message: messageText,
  model_id: ModelIdText.optional(),
  session_id: WireKey.optional(),
  /** A key of the client's own; sent again, it joins the generation instead of sending the message again. */
  client_message_id: WireKey.optional(),
  agent_id: WireKey.optional(),
  model: z.string().min(1).max(500).optional(),
});
export type GeneralStreamQuery = z.infer<typeof GeneralStreamQuery>;

/** Where a message stands: a reply is `streaming`, then exactly one of the others; a user's message is `complete`. */
export const MessageStatus = z.enum(["streaming", "complete", "cancelled", "interrupted", "error"]);
export type MessageStatus = z.infer<typeof MessageStatus>;

/** Where a message stands that nobody writes any more: a reply that was not ended was interrupted. */
export function endedStatus(status: MessageStatus): Exclude<MessageStatus, "streaming"> {
  return status === "streaming" ? "interrupted" : status;
}

/** A picture of a message, as it is kept. */
export const MessageImage = z.object({
  image_id: z.string(),
  media_type: z.enum(["image/png", "image/jpeg", "image/webp", "image/gif"]),
  /** In bytes. */
  size: z.int().min(1),
});
export type MessageImage = z.infer<typeof MessageImage>;

/** A row of a conversation. */
export const Message = z.object({
  message_id: z.string(),
  session_id: z.string(),
  model_id: ModelId.nullable(),
  role: z.enum(["user", "assistant", "system"]),
  /** `summary` rows stand for the messages before the last ones; they are not part of the dialogue. */
  message_type: z.enum(["chat", "summary"]),
  content: z.string(),
  /** What the model thought; null where it thought nothing. */
  thinking: z.string().nullable().default(null),
  /** For how long, until the reply said something or ended, in milliseconds; null where nobody has measured it. */
  thinking_ms: z.int().min(0).nullable().default(null),
  images: z.array(MessageImage).default([]),
  /** The model that answered; of a user's message, the one that was asked for. */
  model_name: z.string().nullable(),
  agent_id: z.string(),
  status: MessageStatus,
  usage: Usage.nullable(),
  timings: Timings.nullable().default(null),
  notices: z.array(Notice).default([]),
  /** How a reply ended; null while it streams, and for rows that are not replies. */
  finish_reason: FinishReason.nullable(),
  /** What failed, for a reply with status `error`. */
  error: ErrorBody.shape.error.nullable(),
  timestamp: Timestamp,
  /** The message that this one follows; null for the first, and for a summary. */
  parent_id: z.string().nullable().default(null),
  /** The ids of all versions of this message, oldest first, its own among them: all that follow the same one. */
  versions: z.array(z.string()).default([]),
  /** Of a summary: the last message that it stands for, with all before that. Null for any other row. */
  covers_until: z.string().nullable().default(null),
});
export type Message = z.infer<typeof Message>;

/** A conversation, which the endpoints call a session. */
export const Session = z.object({
  session_id: z.string(),
  model_id: ModelId.nullable(),
  agent_id: z.string(),
  model: z.string().nullable(),
  title: z.string().nullable(),
  /** The conversation that a message without `session_id` goes to; at most one a user and profile. */
  active: z.boolean(),
  archived: z.boolean(),
  /** All versions of its messages are counted. */
  message_count: z.int().min(0),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Session = z.infer<typeof Session>;

/** The query of `GET /api/chat/sessions`; `model_id=none` asks for general ones. */
export const SessionsQuery = z.object({
  model_id: z.union([z.literal("none"), ModelIdText]).optional(),
  /** The archived ones, those that are not (as without it), or both. */
  archived: z.enum(["true", "false", "all"]).optional(),
  limit: queryInteger(1, 500).optional(),
  offset: queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
});

export const SessionList = z.object({
  status: z.literal("ok"),
  sessions: z.array(Session),
  total: z.int().min(0),
});
export type SessionList = z.infer<typeof SessionList>;

export const NewSession = z.strictObject({
  model_id: ModelId.nullish(),
  agent_id: WireKey.optional(),
  model: z.string().min(1).max(500).optional(),
});
export type NewSession = z.infer<typeof NewSession>;

export const SessionAnswer = z.object({ status: z.literal("ok"), session: Session });
export type SessionAnswer = z.infer<typeof SessionAnswer>;

export const RenameSession = z.strictObject({ title: z.string().trim().min(1).max(LIMITS.titleChars) });

/** The query of `GET /api/chat/sessions/{id}/messages`; the newest `limit` rows that are shown, oldest first. */
export const MessagesQuery = z.object({ limit: queryInteger(1, 10_000).optional() });

export const MessageList = z.object({
  status: z.literal("ok"),
  session: Session,
  messages: z.array(Message),
  count: z.int().min(0),
});
export type MessageList = z.infer<typeof MessageList>;

/** The query of `GET /api/chat/search`. */
export const SearchQuery = z.object({
  q: z.string().trim().min(1, { error: "must not be empty" }).max(LIMITS.searchChars),
  limit: queryInteger(1, 100).optional(),
  offset: queryInteger(0, Number.MAX_SAFE_INTEGER).optional(),
});

/** A place where the words stand that were looked for. */
export const SearchResult = z.object({
  session: Session,
  /** Null where it is the conversation's title. */
  message_id: z.string().nullable(),
  role: Message.shape.role.nullable(),
  timestamp: Timestamp.nullable(),
  /** The place, with some of what stands around it. */
  excerpt: z.string(),
  /** Where in the excerpt the words are, from and up to, in UTF-16 units. */
  matches: z.array(z.tuple([z.int().min(0), z.int().min(0)])),
});
export type SearchResult = z.infer<typeof SearchResult>;

export const SearchResults = z.object({
  status: z.literal("ok"),
  results: z.array(SearchResult),
  has_more: z.boolean(),
});
export type SearchResults = z.infer<typeof SearchResults>;

/** The query of `GET /api/chat/sessions/{id}/export`. */
export const ExportQuery = z.object({ format: z.enum(["markdown", "json"]).default("markdown") });

/** Who answers in a conversation. */
export const Agent = z.object({
  agent_id: z.string(),
  agent_name: z.string(),
  role_icon: z.string(),
  tier: z.int().min(1),
  parent_role: z.string().nullable(),
  /** Where an agent is a service of its own; null where it only changes the instructions. */
  port: z.int().nullable(),
});
export type Agent = z.infer<typeof Agent>;

export const AgentList = z.object({
  status: z.literal("ok"),
  agents: z.array(Agent),
  /** The agent of a conversation where nobody chose one. */
  default: z.string(),
});
export type AgentList = z.infer<typeof AgentList>;

/** What happens in a user's conversations (`GET /api/events`); `reset`: load anew what you show. */
export const UserEvent = z.discriminatedUnion("type", [
  z.object({ type: z.literal("reset") }),
  z.object({
    type: z.literal("reply_started"),
    session_id: z.string(),
    message_id: z.string(),
    assistant_message_id: z.string(),
    client_message_id: z.string().nullable(),
  }),
  z.object({
    type: z.literal("reply_ended"),
    session_id: z.string(),
    assistant_message_id: z.string(),
    status: MessageStatus.exclude(["streaming"]),
  }),
  z.object({ type: z.literal("session_changed"), session: Session }),
  /** Another way of the conversation is shown from now on: the one that this message is on. */
  z.object({ type: z.literal("version_chosen"), session_id: z.string(), message_id: z.string() }),
  /** A summary stands for the conversation's messages up to this one. */
  z.object({ type: z.literal("summary_made"), session_id: z.string(), covers_until: z.string() }),
  z.object({ type: z.literal("session_deleted"), session_id: z.string() }),
]);
export type UserEvent = z.infer<typeof UserEvent>;
