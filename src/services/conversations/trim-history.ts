import { LIMITS } from "../../contract/contract-defaults.ts";
import type { EngineMessage } from "../../contract/gateway-schemas.ts";
import type { Message } from "../../contract/hmi-schemas.ts";

/** A limit that a row of messages has to keep to. */
interface Limit {
  readonly room: number;
  readonly sizeOf: (message: Message) => number;
}

/** The newest messages that have room, oldest first; the last in any case, because it is the one to be answered. */
export function newestThatFit(said: readonly Message[], limits: readonly Limit[]): readonly Message[] {
  const left = limits.map(({ room }) => room);
  let isFirst = true;
  const lastTooOld = said.findLastIndex((message) => {
    for (const [index, { sizeOf }] of limits.entries()) left[index] = (left[index] ?? 0) - sizeOf(message);
    const isTooOld = !isFirst && left.some((each) => each < 0);
    isFirst = false;
    return isTooOld;
  });
  const kept = said.slice(lastTooOld + 1);
  if (lastTooOld < 0) return kept;
  // An answer without its question says little, and some models' templates refuse one.
  return kept.slice(
    Math.max(
      0,
      kept.findIndex(({ role }) => role === "user"),
    ),
  );
}

/** What a message takes in JSON beside its text, in characters, and more. */
const CHARS_PER_MESSAGE = 40;

/** JSON takes this many bytes for a character at most: `\u0000`. */
const MOST_BYTES_PER_CHAR = 6;

/** What a request has room for; nothing where it surely has room for all, so that most need not be measured. */
export function requestLimits(system: string, said: readonly Message[]): readonly Limit[] {
  const last = said.at(-1)?.content ?? "";
  const chars = said.reduce((sum, { content }) => sum + content.length + CHARS_PER_MESSAGE, system.length);
  if ((chars + last.length) * MOST_BYTES_PER_CHAR < REQUEST_ROOM) return [];
  // The last message is in the request twice: also by itself.
  return [{ room: REQUEST_ROOM - bytesOf(system) - bytesOf(last), sizeOf: bytesOfMessage }];
}

/** What a request to the gateway may hold without its pictures, in bytes of JSON, the rest of it taken off generously. */
const REQUEST_ROOM = LIMITS.bodyBytes - 64 * 1024;

function bytesOfMessage({ role, content }: Message): number {
  const message: EngineMessage = { role, content };
  return bytesOf(message);
}

/** Bytes that a value takes in JSON, with the comma behind it. */
function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "") + 1;
}
