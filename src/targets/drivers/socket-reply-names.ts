import type { StreamDescription } from "../../contract/wire-description.ts";
import type { ReplyNames } from "./channel-decoder.ts";
import { factsIn } from "./facts-in-event.ts";
import { idAt } from "./json-place.ts";
import type { SocketReply } from "./socket-reply.ts";
import { FRAMING_DECODERS } from "./stream-framings.ts";

/** Whose a frame is. */
interface FrameOwner {
  /** Undefined: nobody's here. */
  readonly reply: SocketReply | undefined;
  /** Another conversation, whose name the frame bears although it is of this reply. */
  readonly stray?: string;
  /** True where it names nothing, and may be anybody's. */
  readonly isNameless?: boolean;
}

/**
 * Finds, of the replies that come on one WebSocket in the order in which they were asked for, the one that a frame is of; that
 * one learns what it is called. A frame that names nothing is of the first one that has not begun, or of the only one.
 */
export function replyOfFrame(
  frame: Uint8Array,
  replies: readonly SocketReply[],
  description: StreamDescription,
): FrameOwner {
  const names = namesIn(frame, description);
  if (Object.values(names).every((name) => name === null)) {
    const only = replies.length === 1 ? replies[0] : undefined;
    const reply = replies.find(({ hasBegun }) => !hasBegun) ?? only;
    return { reply, isNameless: reply === undefined };
  }
  const reply = ownerOf(names, replies);
  const known = reply?.names.conversation;
  reply?.learn(names);
  const { conversation: named } = names;
  return { reply, ...(known != null && named != null && named !== known && { stray: named }) };
}

/** By the reply's own name; else by that of its conversation; else the first one of which nothing is known that speaks against it. */
function ownerOf(names: ReplyNames, replies: readonly SocketReply[]): SocketReply | undefined {
  const isCalled = (kind: keyof ReplyNames) => (reply: SocketReply) =>
    names[kind] !== null && reply.names[kind] === names[kind];
  const mayBe = (reply: SocketReply): boolean => (names.reply ?? null) === null || reply.names.reply == null;
  return (
    replies.find(isCalled("reply")) ??
    replies.find(isCalled("message")) ??
    replies.filter(mayBe).find(isCalled("conversation")) ??
    replies.filter(mayBe).find(({ names: known }) => known.conversation == null)
  );
}

/** What a frame says of whose it is: by the places of its `channel`, and where it is told how a reply is called. */
function namesIn(frame: Uint8Array, description: StreamDescription): ReplyNames {
  const { framing, type, started, channel = {} } = description;
  let names: ReplyNames = { conversation: null, message: null, reply: null };
  const rules: StreamDescription = {
    framing,
    ...(type !== undefined && { type }),
    ...(started && { started }),
  };
  const decoder = FRAMING_DECODERS[framing](
    (value, event) => {
      const [told] = factsIn(value, event, rules).filter((fact) => fact.kind === "started");
      names = {
        conversation: told?.conversation ?? idAt(value, channel.conversation),
        message: told?.message ?? idAt(value, channel.message),
        reply: told?.reply ?? idAt(value, channel.reply),
      };
    },
    () => undefined,
    description,
  );
  decoder.push(frame);
  return names;
}
