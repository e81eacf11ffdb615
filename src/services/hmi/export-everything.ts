import { setImmediate as nextTurn } from "node:timers/promises";
import {
  EXPORT_FORMAT,
  EXPORT_VERSION,
  type ExportedImage,
  type ExportedMessage,
  type ExportedProfile,
} from "../../contract/chat-export.ts";
import type { MessageImage } from "../../contract/hmi-schemas.ts";
import { WireError } from "../../contract/wire-error.ts";
import type { UserStore } from "../conversations/conversation-store.ts";
import type { TransferredConversation, TransferredMessage } from "../conversations/import-export-store.ts";

/** This much of the text is gathered before it is sent, in UTF-16 units. */
const PIECE_CHARS = 64 * 1024;

/** What an export is to have. */
export interface ExportPlan {
  readonly sessionIds: readonly string[];
  readonly profiles: readonly ExportedProfile[];
}

/** All that a user has; or one conversation with its profile: throws `conversation_not_found`. */
export async function planExport(own: UserStore, sessionId: string | undefined): Promise<ExportPlan> {
  if (sessionId === undefined) {
    const sessionIds = await own.transfer.sessionIds();
    // After the ids: whatever profile the conversations have is among them.
    return { sessionIds, profiles: await own.transfer.profiles() };
  }
  const { profile_key } = await own.transfer.read(sessionId);
  const profiles = await own.transfer.profiles();
  return { sessionIds: [sessionId], profiles: profiles.filter(({ key }) => key === profile_key) };
}

/**
 * The text of a `ChatExport`, piece by piece: at no time more than one conversation's messages and one message's
 * pictures are in memory, and others have their turn after each piece. Conversations that are deleted meanwhile are left out.
 */
export async function* exportEverything(
  own: UserStore,
  { sessionIds, profiles }: ExportPlan,
): AsyncGenerator<string> {
  const head = { format: EXPORT_FORMAT, version: EXPORT_VERSION, exported_at: new Date().toISOString() };
  let piece = `${openEnd(JSON.stringify({ ...head, profiles }))},"conversations":[`;
  let separator = "\n";
  for (const sessionId of sessionIds) {
    const conversation = await unlessGone(own.transfer.read(sessionId));
    if (conversation === undefined) continue;
    piece += separator;
    separator = ",\n";
    for await (const text of conversationText(own, conversation)) {
      piece += text;
      if (piece.length < PIECE_CHARS) continue;
      yield piece;
      piece = "";
      // A reader that is quick enough would never let anybody else have a turn.
      await nextTurn();
    }
  }
  yield `${piece}\n]}\n`;
}

async function* conversationText(
  own: UserStore,
  { messages, ...conversation }: TransferredConversation<MessageImage>,
): AsyncGenerator<string> {
  let before = `${openEnd(JSON.stringify(conversation))},"messages":[`;
  for (const message of messages) {
    yield before + JSON.stringify(await withPictures(own, message));
    before = ",";
  }
  yield messages.length === 0 ? `${before}]}` : "]}";
}

async function withPictures(
  own: UserStore,
  message: TransferredMessage<MessageImage>,
): Promise<ExportedMessage> {
  const images: ExportedImage[] = [];
  for (const { image_id } of message.images) {
    const picture = await unlessGone(own.messages.image(image_id));
    if (picture === undefined) continue;
    images.push({ media_type: picture.mediaType, data: Buffer.from(picture.bytes).toString("base64") });
  }
  return { ...message, images };
}

/** An object's JSON without its last brace: more fields follow. */
function openEnd(json: string): string {
  return json.slice(0, -1);
}

/** Undefined where it was deleted meanwhile. */
async function unlessGone<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof WireError && error.status === 404) return undefined;
    throw error;
  }
}
