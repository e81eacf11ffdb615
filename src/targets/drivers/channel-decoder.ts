import type { StreamDescription } from "../../contract/wire-description.ts";
import { idAt } from "./json-place.ts";
import { streamDecoderOf } from "./stream-decoder.ts";
import type { StreamDecoder, StreamDecoderMaker } from "./stream-framings.ts";

/** What a reply is called, as far as that was told. */
export type ReplyNames = Readonly<
  Record<keyof NonNullable<StreamDescription["channel"]>, string | null | undefined>
>;

/** Which reply is meant of a stream that has those of others, too. */
export interface ReplyNaming {
  /** What it is called, once that is told. */
  readonly named: Promise<ReplyNames>;
  /** Whether it has been asked for: what came before is of others. */
  isAsked(): boolean;
}

/**
 * A decoder of a stream that is open for all replies of a user, or of a conversation: it tells the facts of one of them. What
 * comes before that one has a name is kept until then.
 */
export function channelDecoderOf(
  description: StreamDescription,
  { named, isAsked }: ReplyNaming,
): StreamDecoderMaker {
  const { framing, type } = description;
  const nothing: StreamDescription = { framing, ...(type !== undefined && { type }) };
  return (onFact) => {
    const early: { readonly bytes: Uint8Array; readonly isAfterMessage: boolean }[] = [];
    let decoder: StreamDecoder | undefined;
    const begin = (names: ReplyNames): void => {
      let isAfter = false;
      const rulesFor = (value: unknown) =>
        isAfter && isOf(value, names, description) ? description : nothing;
      decoder = streamDecoderOf(description, { rulesFor })(onFact);
      for (const { bytes, isAfterMessage } of early.splice(0)) {
        isAfter = isAfterMessage;
        decoder.push(bytes);
      }
      isAfter = true;
    };
    // Where no message was taken there is no reply.
    named.then(begin, () => undefined);
    return {
      push: (bytes) =>
        decoder === undefined ? void early.push({ bytes, isAfterMessage: isAsked() }) : decoder.push(bytes),
      end: () => decoder?.end(),
    };
  };
}

/** Whether an event is of this reply: by all of its names that are known. A message that was not taken has none. */
function isOf(value: unknown, names: ReplyNames, { channel = {} }: StreamDescription): boolean {
  const known = Object.entries(channel).flatMap(([placeholder, place]) => {
    const name = names[placeholder as keyof ReplyNames];
    return name == null ? [] : [{ name, place }];
  });
  // Without a place the address alone says whose they are, and the time.
  const isAnyones = Object.keys(channel).length === 0;
  return (isAnyones || known.length > 0) && known.every(({ name, place }) => idAt(value, place) === name);
}
