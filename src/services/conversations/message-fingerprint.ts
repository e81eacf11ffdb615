import { createHash } from "node:crypto";

/** What a client asked for when it sent a message. */
export interface AskedMessage {
  readonly content: string;
  /** As it was sent, in base64. */
  readonly images?: readonly string[] | undefined;
  /** Undefined where the message names none. */
  readonly model: string | undefined;
  /** The profile; null and undefined are the same: none is named. */
  readonly modelId: number | null | undefined;
  /** The message that this one is another version of. */
  readonly edits?: string | undefined;
}

/** By which a message is known again when its key comes a second time (contract, section 3, `client_message_id`). */
export function fingerprintOf({ content, images = [], model, modelId, edits }: AskedMessage): string {
  const asked = [content, model ?? null, modelId ?? null, images, ...(edits === undefined ? [] : [edits])];
  return createHash("sha256").update(JSON.stringify(asked)).digest("base64url");
}
