import type { EngineOptions } from "../contract/gateway-schemas.ts";
import type { ReplyFact } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import { beginWaiting } from "../targets/unstalled-time.ts";
import type { Context } from "./contract-conversations.ts";
import { patienceOf } from "./contract-replies.ts";
import { type FoundInRun, foundOn } from "./found-in-run.ts";
import { tokensAsked } from "./held-back-replies.ts";
import { hasEngineEnded, isAllSaid, unawaitedWords } from "./unended-replies.ts";

/** A back end that promises nothing need not be waited for as for a model that loads, in milliseconds; ... */
const SILENT_MS = 10_000;

/** ... nor so long where it has left a stream open before, ... */
const SILENT_AGAIN_MS = 5_000;

/** ... and of a reply that the engine has ended, and that is all there, only its end can be missing. */
const NO_END_AGAIN_MS = 1_000;

/** Of an engine that nobody directs: so many times the longest silence that it needed so far. */
const GAPS = 10;

/** For how long a reply may be silent. */
export interface SilencePatience {
  /** In milliseconds. */
  readonly ms: number;
  /** Also before its first word. */
  readonly isFromStart: boolean;
}

/**
 * How long a stream that has begun to talk may be silent. Before an engine that is never slow but where it is told to be, a
 * back end that promises nothing is waited for no longer than it may need itself, also before its first word.
 */
export function silencePatience(target: Target, options: EngineOptions): SilencePatience {
  const isFromStart = isForeign(target) && target.capabilities.has("direct the engine");
  const most = patienceOf(target);
  const { unended, isFallingSilent = false, longestGapMs = 0 } = foundOn(target);
  if (!isFromStart) {
    const again = Math.max(SILENT_AGAIN_MS, GAPS * longestGapMs);
    return { ms: unended === undefined ? most : Math.min(most, again), isFromStart };
  }
  const undirected = Math.min(most, isFallingSilent ? SILENT_AGAIN_MS : SILENT_MS);
  return { ms: Math.max(...directedMs(options)) + undirected, isFromStart };
}

/** For how long a message may have no answer at all, where the answer may be the reply: one that is held back comes at its end. */
export function mutePatience(target: Target, options: EngineOptions): SilencePatience {
  const { ms, isFromStart } = silencePatience(target, options);
  const [load, pause, token] = directedMs(options);
  return { ms: ms + load + pause + token * Math.min(tokensAsked(options), MOST_TOKENS), isFromStart };
}

/** A stand-in that is told no length says so much, at the most. */
const MOST_TOKENS = 1_000;

/** For how long at a time these options make the engine silent, in milliseconds: as it loads, in a pause, between two tokens. */
function directedMs(options: EngineOptions): readonly [load: number, pause: number, token: number] {
  const { stand_in_load_ms: load, stand_in_pause_ms: pause, stand_in_token_ms: token } = options;
  return [Number(load ?? 0), Number(pause ?? 0), Number(token ?? 0)];
}

function isForeign({ capabilities }: Target): boolean {
  return !capabilities.has("speak the contract");
}

/** The silences of one reply while it is heard; one that is left open for good is waited for once a run. */
export class ReplySilence {
  readonly isFromStart: boolean;
  /** After so long {@link ReplySilence.moreMs} is to be asked, in milliseconds. */
  readonly firstMs: number;
  readonly #context: Context;
  readonly #asked: string;
  readonly #mostMs: number;
  readonly #waiting = beginWaiting();
  readonly #start = performance.now();
  readonly #known: FoundInRun["unended"];
  #pieces = 0;
  #hasFailed = false;
  /** Whether it was left sooner than it might have been, although it was not seen to be all there. */
  #wasCutShort = false;
  #chars = 0;
  #pieceAtMs: number | undefined;
  #hasBeenPatient = false;
  #isAllSaid: boolean | null = false;
  #stalledMs = 0;

  /** @param asked the message, as it was sent */
  constructor(context: Context, options: EngineOptions, asked: string) {
    this.#context = context;
    this.#asked = asked;
    const { target } = context;
    const { ms, isFromStart } = silencePatience(target, options);
    this.isFromStart = isFromStart;
    this.#mostMs = ms;
    this.#known = foundOn(target).unended;
    const isTold = this.#known !== undefined && target.capabilities.has("show what reached the engine");
    this.firstMs = isTold ? Math.min(NO_END_AGAIN_MS, ms) : ms;
  }

  /** For how long this process was held up while the reply was heard, in milliseconds; once it has ended. */
  get stalledMs(): number {
    return this.#stalledMs;
  }

  /** Takes what has come. */
  take(fact: ReplyFact): void {
    if (fact.kind === "failure") this.#hasFailed = true;
    if (fact.kind !== "text" && fact.kind !== "thought") return;
    const now = this.#waiting.elapsedMs();
    const found = foundOn(this.#context.target);
    found.longestGapMs = Math.max(found.longestGapMs ?? 0, now - (this.#pieceAtMs ?? now));
    this.#pieceAtMs = now;
    this.#pieces += 1;
    this.#hasBeenPatient = false;
    if (fact.kind === "text") this.#chars += fact.text.length;
  }

  /** For how much longer a silence is waited out, in milliseconds: 0 where it is over, undefined where it was long enough. */
  async moreMs(): Promise<number | undefined> {
    const { target } = this.#context;
    if (!isForeign(target)) return undefined;
    const pieces = this.#pieces;
    const isAllSaid = await this.#isAllThere().catch(() => false);
    if (this.#pieces !== pieces) return 0;
    const moreMs = this.#mostMs - this.firstMs;
    // Where replies are left open, one that has told its failure, or that the engine has ended in any way, is over.
    const isOver = isAllSaid === true || (this.#known !== undefined && (await this.#hasEnded()));
    if (!isOver && !this.#hasBeenPatient && moreMs > 0) {
      this.#hasBeenPatient = true;
      return moreMs;
    }
    this.#isAllSaid = isAllSaid;
    this.#wasCutShort = isOver && isAllSaid !== true && !this.#hasBeenPatient && moreMs > 0;
    if (!this.#hasFailed) foundOn(target).isFallingSilent = true;
    return undefined;
  }

  async #hasEnded(): Promise<boolean> {
    return this.#hasFailed || (await this.#hasEngineEnded());
  }

  /** Also of one of which no word was told: where an end is not, a reply without text has none that could be. */
  async #hasEngineEnded(): Promise<boolean> {
    return await hasEngineEnded(this.#context, this.#asked).catch(() => false);
  }

  async #isAllThere(): Promise<boolean | null> {
    if (this.#pieces === 0) return false;
    return await isAllSaid(this.#context, this.#asked, this.#chars);
  }

  /**
   * The stream as it is to be judged.
   *
   * @param wasSilent whether it was left for its silence
   */
  end(stream: SeenStream, wasSilent: boolean): SeenStream {
    this.#stalledMs = performance.now() - this.#start - this.#waiting.elapsedMs();
    this.#waiting[Symbol.dispose]();
    const isTold = stream.facts.some(({ kind }) => kind === "done" || kind === "failure");
    if (!wasSilent || isTold || this.#pieces === 0) return stream;
    // Where the engine is at work still, or text is missing, it is more than the end that does not come.
    if (this.#isAllSaid === false && !this.#wasCutShort) return stream;
    if (this.#known !== undefined) return { ...stream, unawaited: unawaitedWords(this.#known) };
    foundOn(this.#context.target).unended ??= { stream, waitedMs: this.#mostMs };
    return stream;
  }
}
