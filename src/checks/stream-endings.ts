import type { StreamEvent } from "../contract/event-schemas.ts";
import { CouldNotRun } from "../harness/define-check.ts";
import { NotObservable } from "../harness/target-errors.ts";
import { answerWords, wordsIn } from "../targets/drivers/refusal.ts";
import { failureOf, textOf } from "../targets/drivers/reply-facts.ts";
import type { SeenStream } from "../targets/http-client.ts";
import { requireAwaited } from "./unended-replies.ts";

/**
 * `done (stop)`, where the stream told its end; `done` where it gave no reason; else how it ended: `closed`, `cut`,
 * `given-up`. A failure that was told is an end by `error`, whatever the wire calls it.
 */
export function lastWord(stream: SeenStream): string {
  const { facts, end, unawaited = end } = stream;
  if (!facts.some(({ kind }) => kind === "done")) return unawaited;
  const reason = facts.find((fact) => fact.kind === "done" && fact.reason !== null);
  if (reason?.kind === "done" && reason.reason !== null) return `done (${reason.reason})`;
  return failureOf(stream) === undefined ? "done" : "done (error)";
}

/** The same, with what the back end says of a failure. */
export function endInWords(stream: SeenStream): string {
  const failure = failureOf(stream);
  return failure === undefined ? lastWord(stream) : `${lastWord(stream)}: ${quoted(failure.message)}`;
}

/** The same as what became of the stream: `ended with done (stop)`, `was cut off`, `was left by its reader`. */
export function endedInWords(stream: SeenStream): string {
  const isTold = stream.facts.some(({ kind }) => kind === "done");
  if (stream.status >= 300) return `was refused by ${answerWords(stream)}`;
  if (isTold || stream.unawaited !== undefined) return `ended with ${endInWords(stream)}`;
  const failure = failureOf(stream);
  return `${untoldEnd(stream)}${failure === undefined ? "" : `, after a failure: ${quoted(failure.message)}`}`;
}

/** A reader who leaves does so while something comes; who gives up has waited for longer, in milliseconds. */
const SILENT_MS = 900;

function untoldEnd({ end, facts, duration_ms }: SeenStream): string {
  if (end === "closed") return "was closed without a word of its end";
  if (end === "cut") return "was cut off";
  const silentMs = duration_ms - (facts.at(-1)?.at_ms ?? 0);
  return silentMs < SILENT_MS
    ? "was left by its reader"
    : `was left open: nothing more came for ${(silentMs / 1000).toFixed(1)} s`;
}

function quoted(words: string): string {
  const line = words.replace(/\s+/g, " ").trim();
  return line.length <= MOST_CHARS ? line : `${line.slice(0, MOST_CHARS)}…`;
}

const MOST_CHARS = 200;

/** How wires call the end of a reply that is not all there is; of an end without a reason nobody knows better. */
const NOT_WHOLE = /cancel|stopped|abort|interrupt|halt|terminat|error|fail|broke|crash|filter|time_?out/i;

/**
 * Whether this last word is that of a reply which the engine wrote to its end. Throws {@link NotObservable} where an end was not
 * waited for.
 */
export function isWholeEnding(word: string): boolean {
  requireAwaited(word);
  return word.startsWith("done") && !NOT_WHOLE.test(word);
}

/**
 * For a claim that needs these replies whole: throws {@link CouldNotRun} where one was told to have failed, with the back end's
 * words. An engine that is down is no fault of whatever else is claimed.
 */
export function requireNoneFailed(...streams: readonly SeenStream[]): void {
  for (const stream of streams) {
    const words = toldFailure(stream);
    if (words !== undefined) throw new CouldNotRun(`the reply failed, as the back end itself told: ${words}`);
    const { mayHaveFailed } = stream;
    if (mayHaveFailed !== undefined) throw new CouldNotRun(`the reply may have failed: ${mayHaveFailed}`);
  }
}

/** What the back end says of a reply that it told to have failed; undefined where it told of none, or wrote it to its end. */
export function toldFailure(stream: SeenStream): string | undefined {
  if (stream.status >= 300) return answerWords(stream);
  const word = lastWord(stream);
  const failure = failureOf(stream);
  if (failure === undefined && word !== "done (error)") return undefined;
  if (isWholeEnding(word)) return undefined;
  const told = failure?.message ?? "";
  return told.trim() === "" ? "without a word of why" : quoted(told);
}

/**
 * For a claim that needs what was said: throws {@link CouldNotRun} where the reply was told to have failed, or came without
 * text, with what came instead.
 */
export function requireText(stream: SeenStream): void {
  requireNoneFailed(stream);
  if (textOf(stream) !== "") return;
  const { request, body, chunks } = stream;
  const came = body === null ? chunks.map(({ latin1 }) => latin1).join("") : wordsIn(stream);
  const said = Buffer.from(came, "latin1").toString();
  const instead = came.trim() === "" ? "nothing was said" : quoted(body === null ? said : came);
  throw new CouldNotRun(`${request} ended with ${lastWord(stream)}, without a text: ${instead}`);
}

/**
 * For a claim about what is saved of a reply: throws {@link NotObservable} where it was given up before anything of it was said.
 * Where messages wait in a queue, it may still come.
 */
export function requireBegun({ request, end, duration_ms, facts }: SeenStream): void {
  if (end !== "given-up" || facts.some(({ kind }) => kind !== "started")) return;
  const seconds = (duration_ms / 1000).toFixed(1);
  throw new NotObservable(
    `${request} said nothing in ${seconds} s: whether the reply comes yet, and is saved then, is not known`,
  );
}

/** The events of a stream that were ones. */
export function eventsOf({ events }: SeenStream): readonly StreamEvent[] {
  return events.flatMap(({ event }) => ("type" in event ? [event] : []));
}
