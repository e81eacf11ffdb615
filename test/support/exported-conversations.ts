import fc from "fast-check";
import {
  type ChatExport,
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportedConversation,
  type ExportedImage,
  type ExportedMessage,
} from "../../src/contract/chat-export.ts";
import { type Notice, usageOf } from "../../src/contract/event-schemas.ts";
import { anyText } from "./arbitraries.ts";
import { GIF } from "./pictures.ts";

/** A user's message that follows none. */
export const MESSAGE: ExportedMessage = {
  message_id: "a",
  parent_id: null,
  chosen: true,
  role: "user",
  message_type: "chat",
  content: "Hi",
  thinking: null,
  thinking_ms: null,
  images: [],
  model_name: null,
  status: "complete",
  usage: null,
  timings: null,
  notices: [],
  finish_reason: null,
  error: null,
  timestamp: "2026-01-02T00:00:00.000Z",
  covers_until: null,
};

/** The reply to it. */
export const REPLY: ExportedMessage = {
  ...MESSAGE,
  message_id: "b",
  parent_id: "a",
  role: "assistant",
  content: "Hello",
  finish_reason: "stop",
};

/** A general conversation of the two. */
export const CONVERSATION: ExportedConversation = {
  key: "somewhere-else",
  profile_key: null,
  agent_id: "architect",
  model: null,
  title: "Brought",
  active: false,
  archived: false,
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-02T00:00:00.000Z",
  messages: [MESSAGE, REPLY],
};

/** A file of these conversations. */
export function exportOf(
  conversations: readonly ExportedConversation[],
  profiles: ChatExport["profiles"] = [],
): ChatExport {
  return {
    format: EXPORT_FORMAT,
    version: EXPORT_VERSION,
    exported_at: "2026-01-03T00:00:00.000Z",
    profiles,
    conversations: [...conversations],
  };
}

/** The same export with ids of messages that only count, and without the time at which it was made. */
export function withoutIds({ exported_at: _, conversations, ...exported }: ChatExport) {
  return { ...exported, conversations: withCountedIds(conversations) };
}

type Ids = Pick<ExportedMessage, "message_id" | "parent_id" | "covers_until">;

/** The same conversations with ids of messages that only count. */
export function withCountedIds(conversations: readonly { readonly messages: readonly Ids[] }[]) {
  return conversations.map(({ messages, ...conversation }) => {
    const places = new Map(messages.map(({ message_id }, at) => [message_id, String(at)]));
    const placeOf = (id: string | null): string | null => (id === null ? null : (places.get(id) ?? id));
    return {
      ...conversation,
      messages: messages.map((message) => ({
        ...message,
        message_id: placeOf(message.message_id),
        parent_id: placeOf(message.parent_id),
        covers_until: placeOf(message.covers_until),
      })),
    };
  });
}

const anyTime = fc
  .date({ min: new Date("2020-01-01"), max: new Date("2030-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());

/** NUL ends a text for some programs that look at the database, and not all stores have it. */
const anyWords = anyText.map((text) => text.replaceAll("\0", ""));

const anyReply = fc.record({
  role: fc.constant("assistant" as const),
  content: anyWords,
  thinking: fc.option(
    anyWords.filter((text) => text !== ""),
    { nil: null },
  ),
  status: fc.constantFrom("complete", "cancelled", "interrupted", "error"),
  usage: fc.option(
    fc.nat().map((count) => usageOf(count, 2)),
    { nil: null },
  ),
  error: fc.option(fc.constant({ code: "engine_error", message: "It broke." }), { nil: null }),
  notices: fc.constantFrom<Notice[]>([], [{ code: "repeating", message: "It says the same again." }]),
  finish_reason: fc.constantFrom("stop", "length", null),
});

const anyUserMessage = fc.record({
  role: fc.constant("user" as const),
  content: anyWords,
  images: fc.constantFrom<ExportedImage[]>([], [{ media_type: "image/gif", data: GIF }]),
});

/** Any tree of messages: what each follows is chosen among those before it, and one of its versions is shown. */
const anyMessages: fc.Arbitrary<ExportedMessage[]> = fc
  .array(
    fc.record({
      said: fc.oneof(anyReply, anyUserMessage),
      follows: fc.nat(),
      isChosen: fc.boolean(),
      time: anyTime,
      isSummarised: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { maxLength: 12 },
  )
  .map((drafts) => {
    const messages: ExportedMessage[] = [];
    for (const { said, follows, isChosen, time, isSummarised } of drafts) {
      const dialogue = messages.filter(({ message_type }) => message_type === "chat");
      // More often the last one: versions at each place would be the exception.
      const parent = [...dialogue, ...dialogue.slice(-1), null][follows % (dialogue.length + 2)] ?? null;
      const message = {
        ...MESSAGE,
        ...said,
        message_id: `m${messages.length}`,
        parent_id: parent?.message_id ?? null,
        timestamp: time,
      };
      const shown = messages.find(({ parent_id, chosen }) => chosen && parent_id === message.parent_id);
      message.chosen = shown === undefined || isChosen;
      if (shown !== undefined && message.chosen) shown.chosen = false;
      messages.push(message);
      if (isSummarised) messages.push(summaryOf(message));
    }
    return messages;
  });

function summaryOf({ message_id }: ExportedMessage): ExportedMessage {
  return {
    ...MESSAGE,
    message_id: `s${message_id}`,
    chosen: false,
    role: "system",
    message_type: "summary",
    content: "They met.",
    covers_until: message_id,
  };
}

/** Any export that a store may give out: of a profile, and of conversations with keys of their own. */
export const anyExport: fc.Arbitrary<ChatExport> = fc
  .array(
    fc.record({
      messages: anyMessages,
      title: fc.option(fc.constantFrom("Plain", "<script>alert(1)</script>", "שלום", "a\tb"), { nil: null }),
      archived: fc.boolean(),
      hasProfile: fc.boolean(),
      updated_at: anyTime,
    }),
    { maxLength: 4 },
  )
  .map((drafts) => {
    const profile = {
      key: "tower",
      name: "Tower",
      description: "",
      default_model: null,
      instructions: "Be brief.",
      settings: { options: { temperature: 0 } },
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
    };
    const conversations = drafts
      .toSorted((one, other) => one.updated_at.localeCompare(other.updated_at))
      .map(({ hasProfile, ...draft }, at) => ({
        ...CONVERSATION,
        ...draft,
        key: `key-${at}`,
        profile_key: hasProfile ? profile.key : null,
      }));
    return exportOf(conversations, [profile]);
  });
