import { valueAt } from "../targets/drivers/json-place.ts";
import { bodyOfFrame } from "./message-candidates.ts";
import type { LoggedExchange, LoggedFrame, NetworkLog } from "./network-log.ts";

/**
 * A log in which a WebSocket on which a page subscribed by GraphQL, as its protocols `graphql-transport-ws` and `graphql-ws` have it,
 * is one exchange for each subscription: with the frames that bear its id, behind those that opened the connection.
 */
export function splitSubscriptions(log: NetworkLog): NetworkLog {
  const exchanges = log.exchanges.flatMap((each) => (each.method === "WS" ? subscriptionsOn(each) : [each]));
  return { ...log, exchanges: exchanges.toSorted((a, b) => a.began_ms - b.began_ms) };
}

function subscriptionsOn(socket: LoggedExchange): readonly LoggedExchange[] {
  const { frames } = socket;
  const begun = frames.filter((frame) => frame.from === "page" && isSubscribing(bodyOfFrame(frame)));
  const [first] = begun;
  if (first === undefined) return [socket];
  const opening = frames.slice(0, frames.indexOf(first));
  return begun.map((frame, index) => {
    const id = idOf(frame);
    const own = frames.filter((each) => !opening.includes(each) && idOf(each) === id);
    return {
      ...socket,
      where: begun.length === 1 ? socket.where : `${socket.where}, subscription ${index + 1}`,
      socket: socket.where,
      began_ms: frame.at_ms,
      ended_ms: own.at(-1)?.at_ms ?? socket.ended_ms,
      requestBody: bodyOfFrame(frame),
      frames: [...opening, ...own],
      saidAt: opening.length,
    };
  });
}

/** `subscribe` of `graphql-transport-ws`, `start` of the older protocol. */
function isSubscribing(body: unknown): boolean {
  const query = valueAt(body, "payload.query");
  const type = valueAt(body, "type");
  return (type === "subscribe" || type === "start") && typeof query === "string";
}

function idOf(frame: LoggedFrame): unknown {
  return valueAt(bodyOfFrame(frame), "id");
}
