import type { OtherReplica } from "./replica-call-forwarder.ts";

/** A reply in the making, as gateways name it. */
export interface GenerationKey {
  readonly sessionId: string;
  readonly messageId: string;
}

/**
 * Which gateway has which generation, where several share a database (contract, section 9). What a gateway has claimed is
 * its own until it forgets it, or its lease ends. Calls take effect in the order in which a gateway makes them.
 */
export interface GenerationDirectory {
  /**
   * How long it may take, in milliseconds, until the replies of an HMI that has died are taken over by another one, which
   * then comes for their generations; 0 where there is no other.
   */
  readonly takeOverMs: number;
  /** Says where this gateway is reached; to be called before the first claim. */
  announce(url: string): void;
  /** Whether this is the key that others know of this gateway, as it is now. */
  isOwnKey(key: string): boolean;
  /**
   * Claims a generation before the engine is asked for it. Undefined where this gateway may go on; else the other one
   * that has it, or that works on another reply of its conversation.
   */
  claim(generation: GenerationKey): Promise<OtherReplica | undefined>;
  /**
   * Like `claim`, for a reply that waits in the store; run while its message is still being read. A message that is just being
   * committed is waited for. "not waiting" where the store does not have the reply as one that is to be written.
   */
  claimWaiting(generation: GenerationKey): Promise<OtherReplica | "not waiting" | undefined>;
  /**
   * The other gateway that has the generation of this reply, running or kept; without a reply the conversation's
   * running one, else its last. Undefined where none has it, or this one does.
   */
  find(sessionId: string, messageId?: string): Promise<OtherReplica | undefined>;
  /** It has ended, and is kept for late readers: the conversation may have another one. */
  end(generation: GenerationKey): Promise<void>;
  /** It is kept no longer. */
  forget(generation: GenerationKey): Promise<void>;
  /** Gives up all that it has. */
  close(): Promise<void>;
}

/** The directory of a gateway that has no others beside it. */
export const NO_OTHER_GATEWAYS: GenerationDirectory = {
  takeOverMs: 0,
  announce: () => undefined,
  isOwnKey: () => false,
  claim: async () => undefined,
  claimWaiting: async () => undefined,
  find: async () => undefined,
  end: async () => undefined,
  forget: async () => undefined,
  close: async () => undefined,
};

/** Thrown where what is asked for is at another gateway. */
export class HeldElsewhere extends Error {
  readonly holder: OtherReplica;

  constructor(holder: OtherReplica) {
    super(`The generation is at ${holder.url}.`);
    this.holder = holder;
  }
}
