import type { StreamDescription } from "../../contract/wire-description.ts";
import { CumulativeTexts } from "./cumulative-texts.ts";
import { factsIn } from "./facts-in-event.ts";
import { FRAMING_DECODERS, type StreamDecoderMaker } from "./stream-framings.ts";

interface DecoderOptions {
  /** The rules for an event, where they go by what it is. */
  readonly rulesFor?: (value: unknown) => StreamDescription;
  /** Changes an event's JSON before it is looked at. */
  readonly prepare?: (value: unknown) => unknown;
}

/** A decoder of the streams that a description tells of: from bytes to events to facts. */
export function streamDecoderOf(
  description: StreamDescription,
  { rulesFor = () => description, prepare = (value) => value }: DecoderOptions = {},
): StreamDecoderMaker {
  return (onFact) => {
    const growing = new CumulativeTexts();
    const take = (given: unknown, name?: string): void => {
      const value = prepare(given);
      const rules = rulesFor(value);
      for (const fact of factsIn(value, name, rules)) {
        const told = growing.pieceOf(fact);
        if (told !== undefined) onFact(told);
      }
    };
    return FRAMING_DECODERS[description.framing](take, onFact, description);
  };
}
