import type { ExportedConversation, ExportedImage } from "../../../contract/chat-export.ts";
import { WireError } from "../../../contract/wire-error.ts";
import { messageOf } from "../../../errors/thrown-error.ts";
import { requireAgent } from "../../conversations/agents.ts";
import type { PictureBytes } from "../../conversations/conversation-store.ts";
import type { TransferredConversation } from "../../conversations/import-export-store.ts";
import { readImage } from "../read-image.ts";
import { importRefusalOf } from "./checked-shape.ts";
import { type ImportDefaults, type ImportFormat, ImportRefusal } from "./import-format.ts";
import { messageTreeFaults } from "./message-tree-faults.ts";

/** A conversation that may be saved, with what is not in it as it was in its file. */
export interface CheckedConversation {
  readonly conversation: TransferredConversation<PictureBytes>;
  readonly notes: readonly string[];
}

/** Looks at all of a conversation of a file before anything of it is saved. Throws an {@link ImportRefusal}. */
export function checkedConversation(
  value: unknown,
  format: ImportFormat,
  defaults: ImportDefaults,
): CheckedConversation {
  const { conversation, notes } = format.convert(value, defaults);
  refuseWireError(() => requireAgent(conversation.agent_id));
  const faults = messageTreeFaults(conversation.messages);
  if (faults.length > 0) throw importRefusalOf(faults);
  return { conversation: withPictures(conversation), notes };
}

function withPictures({
  messages,
  ...conversation
}: ExportedConversation): TransferredConversation<PictureBytes> {
  return {
    ...conversation,
    created_at: utc(conversation.created_at),
    updated_at: utc(conversation.updated_at),
    messages: messages.map((message, at) => ({
      ...message,
      timestamp: utc(message.timestamp),
      images: message.images.map((image, index) => pictureOf(image, `messages.${at}`, index)),
    })),
  };
}

/** A time as the database sorts it. */
function utc(timestamp: string): string {
  return new Date(timestamp).toISOString();
}

function pictureOf({ media_type, data }: ExportedImage, place: string, index: number): PictureBytes {
  const picture = refuseWireError(() => readImage(data, index), `${place}.`);
  if (picture.mediaType === media_type) return picture;
  throw new ImportRefusal(
    `${place}.images.${index}.media_type: it is ${picture.mediaType}, not ${media_type}`,
  );
}

/** What is bad input elsewhere is a refusal here. */
function refuseWireError<Value>(work: () => Value, place = ""): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof WireError) throw new ImportRefusal(`${place}${messageOf(error)}`);
    throw error;
  }
}
