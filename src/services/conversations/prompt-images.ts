import { LIMITS } from "../../contract/contract-defaults.ts";
import type { EngineMessage } from "../../contract/gateway-schemas.ts";
import type { Prompt } from "./conversation-prompt.ts";
import type { PictureBytes } from "./conversation-store.ts";
import type { ModelLimits } from "./model-limits.ts";

/** Gives a picture of a conversation by its `image_id`. */
export type ReadPicture = (imageId: string) => Promise<PictureBytes>;

/** A prompt as the engine is given it. */
export interface EnginePrompt {
  readonly messages: EngineMessage[];
  /** The pictures of the last message, in base64; those of the others stand with them. */
  readonly images: string[];
}

/** What the pictures of one request may take, in characters of base64: one message may have this much. */
const PICTURES_ROOM = LIMITS.imageBodyBytes;

/**
 * Puts the pictures of a prompt to its messages: the newest that have room, if the model can see or nobody knows.
 * Where one is missing, the message says so: the model would else be asked about what it was never shown.
 */
export async function engineMessages(
  { system, messages }: Prompt,
  readImage: ReadPicture,
  { canSee }: Pick<ModelLimits, "canSee">,
): Promise<EnginePrompt> {
  let room = canSee === false ? 0 : PICTURES_ROOM;
  const said: EngineMessage[] = [];
  for (const { role, content, images } of messages.toReversed()) {
    const shown: string[] = [];
    for (const { image_id, size } of images) {
      room -= base64Length(size);
      if (room < 0) break;
      shown.push(Buffer.from((await readImage(image_id)).bytes).toString("base64"));
    }
    const missing = images.length - shown.length;
    said.unshift({
      role,
      content: missing === 0 || said.length === 0 ? content : `${content}\n(${missingWords(missing)})`,
      ...(shown.length === 0 ? {} : { images: shown }),
    });
  }
  const last = said.at(-1);
  const images = last?.images ?? [];
  delete last?.images;
  return { messages: [{ role: "system", content: system }, ...said], images };
}

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

function missingWords(count: number): string {
  return count === 1
    ? "A picture that belongs to this message is not shown to you."
    : `${count} pictures that belong to this message are not shown to you.`;
}
