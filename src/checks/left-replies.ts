/** Replies that nobody hears any more: whether they may still be written, of which their rows need show nothing. */
import { textOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";
import { longReplyMs } from "../targets/rows-at-rest.ts";
import type { SeenGeneration } from "../targets/seen-evidence.ts";
import type { Context } from "./contract-conversations.ts";
import { generationsOf } from "./engine-generations.ts";
import { foundOn } from "./found-in-run.ts";

/** A reply whose reader has left, and the message that it answers, as it was sent. */
export interface LeftReply {
  readonly asked: string;
  readonly stream: SeenStream;
}

/** How it is found out whether a reply whose reader has left is written still. */
export interface LeftReplyWatch {
  /** Whether it may be, from what is known now. */
  isWritten(): Promise<boolean>;
  /** For how long it may take, in milliseconds. */
  readonly mostMs: number;
}

/**
 * Watches a reply whose reader has left: by the engine's record where that has its message; else it may be written for as long
 * as a long reply takes, at the slowest pace that was heard. A reply that has ended is not written.
 */
export function watchLeft(context: Context, { asked, stream }: LeftReply): LeftReplyWatch {
  if (stream.end !== "given-up") return { isWritten: async () => false, mostMs: 0 };
  const leftAt = performance.now();
  const mostMs = longReplyMs(foundOn(context.target).msPerChar ?? msPerCharOf(stream) ?? 0);
  return {
    mostMs,
    async isWritten() {
      const last = (await generationsOf(context, asked))?.at(-1);
      return last === undefined ? performance.now() - leftAt < mostMs : last.ended === "running";
    },
  };
}

/** Notes how fast a reply was written that was heard to its end. */
export function notePace(target: Target, stream: SeenStream): void {
  if (textOf(stream).length < LEAST_CHARS || !stream.facts.some(({ kind }) => kind === "done")) return;
  const found = foundOn(target);
  found.msPerChar = Math.max(found.msPerChar ?? 0, msPerCharOf(stream) ?? 0);
}

/** A reply that is shorter than this says little of how fast another one is written. */
const LEAST_CHARS = 100;

/** What came within this part of the time since it was asked for was held back until then. */
const HELD_BACK_SHARE = 0.1;

/** How long each character took, in milliseconds; undefined where too little came. */
function msPerCharOf(stream: SeenStream): number | undefined {
  const texts = stream.facts.flatMap((fact) => (fact.kind === "text" ? [fact] : []));
  const [first, last] = [texts[0], texts.at(-1)];
  const chars = textOf(stream).length;
  if (first === undefined || last === undefined || chars === first.text.length) return undefined;
  const spreadMs = last.at_ms - first.at_ms;
  return spreadMs < HELD_BACK_SHARE * last.at_ms
    ? last.at_ms / chars
    : spreadMs / (chars - first.text.length);
}

/** What became of it at the engine, in words to go behind a comma; empty where nobody saw that. */
export function endAtEngineInWords(generations: readonly SeenGeneration[] | null): string {
  const last = generations?.at(-1);
  return last === undefined ? "" : `, ${ENDS_AT_ENGINE[last.ended]}`;
}

const ENDS_AT_ENGINE: Readonly<Record<SeenGeneration["ended"], string>> = {
  done: "which the engine wrote to its end",
  aborted: "whose request to the engine was ended before that had written it",
  failed: "in which the engine failed",
  running: "which the engine was still writing",
};
