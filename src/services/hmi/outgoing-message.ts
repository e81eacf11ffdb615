import type { ClientKey, Destination, PictureBytes } from "../conversations/conversation-store.ts";
import { fingerprintOf } from "../conversations/message-fingerprint.ts";
import type { ThinkAndKeepAlive } from "../conversations/think-and-keep-alive.ts";

/** A message that a user sends. */
export interface Outgoing extends Destination {
  readonly content: string;
  readonly images?: readonly PictureBytes[];
  /** How it is to be answered, where it says so itself. */
  readonly settings?: ThinkAndKeepAlive;
  readonly clientMessageId?: string | undefined;
  /** The user's message of the given conversation that this one is another version of. */
  readonly edits?: string | undefined;
  /** Where it goes that names no conversation: to a new one, or to the active one of its profile. */
  readonly otherwise: "new" | "active";
}

/** A message that is to be answered again. */
export interface Again {
  readonly sessionId: string;
  /** The reply that is meant, or the message that it answers; undefined for the last. */
  readonly messageId?: string | undefined;
  /** Undefined for the model of the reply before. */
  readonly model?: string | undefined;
  readonly settings?: ThinkAndKeepAlive;
}

/** The key of a message that has one. */
export function clientKeyOf(outgoing: Outgoing): ClientKey | undefined {
  const { clientMessageId, content, images, model, modelId, edits } = outgoing;
  if (clientMessageId === undefined) return undefined;
  const pictures = images?.map(({ bytes }) => Buffer.from(bytes).toString("base64"));
  return {
    id: clientMessageId,
    fingerprint: fingerprintOf({ content, images: pictures, model, modelId, edits }),
  };
}
