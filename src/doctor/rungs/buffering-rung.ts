import type { Role } from "../../config/service-config.ts";
import type { GenerationRecord } from "../../contract/engine-schemas.ts";
import { brokenCharactersIn, COUNTING_MESSAGE } from "../../targets/counting-message.ts";
import { type TimedFact, textOf } from "../../targets/drivers/reply-facts.ts";
import { FEWEST_TELLING_TOKENS, HELD_BACK_SHARE, SHORTEST_TELLING_MS } from "../../targets/held-back-text.ts";
import type { SeenStream } from "../../targets/http-client.ts";
import { beforeMisreading } from "../../targets/mojibake.ts";
import { answererOf, stopBuffering } from "../../targets/proxy-by-headers.ts";
import { replyGeneration } from "../../targets/reply-generation.ts";
import type { Rung, RungFinding } from "../climb-ladder.ts";
import { callDeadline, type ExaminedStack } from "../doctor-context.ts";
import { notInTime } from "../judge-reply.ts";
import { brokenRung } from "../symptom-explanations.ts";
import { openEngineRecord } from "./open-engine-record.ts";
import { sendTestMessage, type TestMessage } from "./wire-reply-rungs.ts";

/** The stand-in is too fast for anybody to hold its text back: so it takes its time, about half a second. */
const COUNTING = { num_predict: 48, stand_in_token_ms: 12 } as const;

/** More characters than these in each piece, on the average, are several tokens that were put together. */
const LONGEST_TOKEN = 40;

/** The first and the last word of a reply come apart, as they are written. */
export function bufferingRung(service: Role): Rung<ExaminedStack> {
  return {
    id: `${service}/pace`,
    service,
    name: "pace",
    needs: [`${service}/reply`],
    async look(stack) {
      const unpushed = stack.notes.chat?.missingAbilities["push replies"];
      if (unpushed !== undefined) return { status: "skipped", text: unpushed };
      const record = await openEngineRecord(stack);
      const written = async (): Promise<GenerationRecord | undefined> =>
        replyGeneration((await record?.generations()) ?? [], COUNTING_MESSAGE);
      const pace = new PlainPace();
      const said = await sendTestMessage(stack, COUNTING_MESSAGE, COUNTING, pace.take);
      if ("status" in said) return said;
      const isLeft = await leaveOncePlain(stack, said, { pace, written });
      const stream = await said.reading.ended;
      if (isLeft) return asWritten(stream, pace.spreadMs);
      if (stream.end === "given-up") return notInTime(stack, stream.duration_ms);
      const generation = await written();
      return judgeBuffering(stream, { service, written: generation && writtenIn(generation), stack });
    },
  };
}

/** So many pieces of a reply, over so many milliseconds, show how it comes: what takes longer is a long one. */
const ENOUGH_PIECES = 10;
const ENOUGH_MS = 1_200;

/** How the words of a reply come, while they do. */
class PlainPace {
  #pieces = 0;
  #firstMs = 0;
  #lastMs = 0;
  readonly #enough = Promise.withResolvers<void>();

  /** Resolves once enough has come to tell; never where the reply ends before that. */
  get enough(): Promise<void> {
    return this.#enough.promise;
  }

  /** From the first word to the last, in milliseconds. */
  get spreadMs(): number {
    return this.#lastMs - this.#firstMs;
  }

  readonly take = ({ kind, at_ms }: TimedFact): void => {
    if (kind !== "text") return;
    if (this.#pieces === 0) this.#firstMs = at_ms;
    this.#pieces += 1;
    this.#lastMs = at_ms;
    if (this.#pieces >= ENOUGH_PIECES && this.spreadMs >= ENOUGH_MS) this.#enough.resolve();
  };
}

interface HeardPace {
  readonly pace: PlainPace;
  /** How the engine writes it; undefined where nobody sees that. */
  readonly written: () => Promise<GenerationRecord | undefined>;
}

/**
 * Ends a reply whose pace is plain, where the wire can: a long one would be waited for to its end for nothing. Whether that was
 * done, once it was or the reply has ended.
 */
async function leaveOncePlain(
  stack: ExaminedStack,
  { reading, name }: TestMessage,
  { pace, written }: HeardPace,
): Promise<boolean> {
  const { chat } = stack.notes;
  if (chat === undefined || chat.missingAbilities.cancel !== undefined) return false;
  const isPlain = await Promise.race([pace.enough.then(() => true), reading.ended.then(() => false)]);
  if (!isPlain) return false;
  const firstAt = (await written())?.first_token_at ?? null;
  // What was held back at first, and is written faster now than it was, is not plain.
  if (firstAt !== null && pace.spreadMs <= HELD_BACK_SHARE * (Date.now() - Date.parse(firstAt))) return false;
  // Where the cancel does nothing, the rung that tries it says so.
  await chat.cancel(name(), callDeadline(stack)).catch(() => undefined);
  reading.leave();
  return true;
}

function asWritten(stream: SeenStream, spreadMs: number): RungFinding {
  return {
    status: "holds",
    text: `words come as they are written, over ${Math.round(spreadMs)} ms${brokenWords(stream)}`,
  };
}

/** How the engine wrote a reply, by its record. */
interface Written {
  readonly tokens: number;
  readonly ms: number;
}

function writtenIn({ ended, tokens_sent, first_token_at, ended_at }: GenerationRecord): Written | undefined {
  if (ended !== "done" || first_token_at === null || ended_at === null) return undefined;
  return { tokens: tokens_sent, ms: Date.parse(ended_at) - Date.parse(first_token_at) };
}

/** Whose doing that is, only a comparison with the engine's own text can tell. */
function brokenWords(stream: SeenStream): string {
  const text = textOf(stream);
  const count = brokenCharactersIn(text);
  const isMisread = beforeMisreading(text) !== undefined;
  if (count === 0 && !isMisread) return "";
  const how = isMisread
    ? "as UTF-8 looks that was read as Latin-1"
    : `with U+FFFD in place of characters (${count} times)`;
  return `, ${how}: stack trace tells whose doing that is`;
}

interface Paced {
  readonly service: Role;
  /** Undefined where nobody saw it written. */
  readonly written: Written | undefined;
  readonly stack: ExaminedStack;
}

function judgeBuffering(stream: SeenStream, { service, written, stack }: Paced): RungFinding {
  const times = stream.facts.flatMap(({ kind, at_ms }) => (kind === "text" ? [at_ms] : []));
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  const isInPieces = times.length >= FEWEST_TELLING_TOKENS;
  const isPutTogether = textOf(stream).length > LONGEST_TOKEN * times.length;
  if (!isInPieces && (written === undefined ? !isPutTogether : written.tokens < FEWEST_TELLING_TOKENS)) {
    return { status: "skipped", text: `a reply of ${inPieces(times.length)} tells nothing of its pace` };
  }
  // What comes in one piece took as long as its prompt was read, too.
  const tookMs = written?.ms ?? last - (isInPieces ? 0 : stack.notes.chatMs);
  if (tookMs < SHORTEST_TELLING_MS) {
    return { status: "skipped", text: `a reply of ${Math.round(tookMs)} ms tells nothing of its pace` };
  }
  const spread = last - first;
  if (spread > HELD_BACK_SHARE * tookMs) {
    return isInPieces
      ? asWritten(stream, spread)
      : { status: "skipped", text: `a reply of ${inPieces(times.length)} tells nothing of its pace` };
  }
  return brokenRung("buffered", {
    service,
    pieces: inPieces(times.length),
    withinMs: Math.round(spread),
    afterMs: Math.round(first),
    writtenMs: written?.ms,
    who: answererOf({ hop: service }, stream, { headers: {} }),
    todo: stopBuffering(stream),
  });
}

function inPieces(count: number): string {
  return count === 1 ? "1 piece" : `${count} pieces`;
}
