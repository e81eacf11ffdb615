import { isSameEndpoint } from "./id-uses.ts";
import { bodyOfFrame } from "./message-candidates.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { CANCEL_NAME, callNameOf } from "./network-log-words.ts";

/** Such a word in a string of JSON. */
const CANCEL_STRING = new RegExp(`"[^"]*(?:${CANCEL_NAME.source})`, "i");

/** A reply that a frame of the page's ended, on its WebSocket. */
export interface StoppedOnSocket {
  readonly exchange: LoggedExchange;
  /** That frame, as JSON. */
  readonly frame: string;
}

/** The replies that a page ended by a frame, of those that came as this one did. */
export function stoppedOnSocket({ exchanges }: NetworkLog, read: LoggedExchange): StoppedOnSocket[] {
  return exchanges.flatMap((exchange) => {
    const frame = isSameEndpoint(exchange, read) ? stopFrameOf(exchange) : undefined;
    return frame === undefined ? [] : [{ exchange, frame }];
  });
}

/** Whether the page ended a reply before its time: by a frame, by closing its stream, or by a call that is named for that. */
export function isStopped({ exchanges }: NetworkLog, read: LoggedExchange): boolean {
  const isStop = (each: LoggedExchange): boolean =>
    each.origin === read.origin &&
    each !== read &&
    (each.method === "DELETE" || (each.method === "POST" && CANCEL_NAME.test(callNameOf(each)))) &&
    each.began_ms > read.began_ms &&
    each.began_ms < read.ended_ms;
  return stopFrameOf(read) !== undefined || read.isLeft || exchanges.some(isStop);
}

/** The first frame after its message by which a page says that it wants no more of it. */
function stopFrameOf({ method, frames, requestBody }: LoggedExchange): string | undefined {
  if (method !== "WS") return undefined;
  const said = frames
    .filter(({ from }) => from === "page")
    .map((frame) => JSON.stringify(bodyOfFrame(frame)));
  return said.slice(said.indexOf(JSON.stringify(requestBody)) + 1).find((frame) => CANCEL_STRING.test(frame));
}
