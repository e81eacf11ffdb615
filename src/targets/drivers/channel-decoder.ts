import type { StreamDescription } from "../../contract/wire-description.ts";
import { idAt } from "./json-place.ts";
import { streamDecoderOf } from "./stream-decoder.ts";
import type { StreamDecoder, StreamDecoderMaker } from "./stream-framings.ts";

/** What a reply is called, as far as that was told. */
export type ReplyNames = Readonly<
  Record<keyof NonNullable<StreamDescription["channel"]>, string | null | undefined>
>;

/**
 * A decoder of a stream that is open for all replies of a user: it tells the facts of one of them. What comes before that
 * one has a name is kept until then.
 */
export function channelDecoderOf(
  description: StreamDescription,
  named: Promise<ReplyNames>,
): StreamDecoderMaker {
  const { framing, type } = description;
  const nothing: StreamDescription = { framing, ...(type !== undefined && { type }) };
  return (onFact) => {
    const early: Uint8Array[] = [];
    let decoder: StreamDecoder | undefined;
    const begin = (names: ReplyNames): void => {
      const rulesFor = (value: unknown) => (isOf(value, names, description) ? description : nothing);
      decoder = streamDecoderOf(description, { rulesFor })(onFact);
      for (const bytes of early.splice(0)) decoder.push(bytes);
    };
    // Where no message was taken there is no reply.
    named.then(begin, () => undefined);
    return {
      push: (bytes) => (decoder === undefined ? void early.push(bytes) : decoder.push(bytes)),
      end: () => decoder?.end(),
    };
  };
}

/** Whether an event is of this reply: by all of its names that are known. */
function isOf(value: unknown, names: ReplyNames, { channel = {} }: StreamDescription): boolean {
  const known = Object.entries(channel).flatMap(([placeholder, place]) => {
    const name = names[placeholder as keyof ReplyNames];
    return name == null ? [] : [{ name, place }];
  });
  return known.length > 0 && known.every(({ name, place }) => idAt(value, place) === name);
}
