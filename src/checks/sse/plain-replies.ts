import type { SeenStream } from "../../targets/http-client.ts";
import type { Context } from "../contract-conversations.ts";
import { type Door, doorsOf, type SeenReply, sendAndSeeReply } from "../seen-reply.ts";

const DOORS: readonly Door[] = ["message", "general-stream", "gateway"];

/**
 * A reply by every way to one; where the engine can be directed, also one without a single token, because
 * an ending that hangs on the last piece of text is lost there.
 */
export async function plainReplies(context: Context): Promise<readonly SeenReply[]> {
  return await context.share("plain replies", async () => {
    const doors = doorsOf(context, DOORS);
    const plain = doors.map((door) =>
      sendAndSeeReply(context, { door, name: `plain ${door}`, options: { num_predict: 12 } }),
    );
    const empty = context.target.capabilities.has("direct the engine")
      ? doors.map((door) =>
          sendAndSeeReply(context, { door, name: `empty ${door}`, options: { stand_in_reply: "" } }),
        )
      : [];
    return await Promise.all([...plain, ...empty]);
  });
}

/** A stream, with the way that it came by; left out for one of the contract's. */
export type StreamByDoor = SeenStream & { readonly door?: Door };

/** The streams of {@link plainReplies}. */
export async function plainStreams(context: Context): Promise<readonly StreamByDoor[]> {
  return (await plainReplies(context)).map(({ stream, door }) => ({ ...stream, door }));
}
