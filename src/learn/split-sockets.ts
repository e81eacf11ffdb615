import { leavesOf } from "./json-leaves.ts";
import { bodyOfFrame, likelihoodOfText, textsAt } from "./message-candidates.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

/**
 * A log in which a WebSocket, on which several messages were said, is one exchange for each of them: with what came until the
 * next. What passed before the first belongs to that.
 */
export function splitSockets(log: NetworkLog): NetworkLog {
  return {
    ...log,
    exchanges: log.exchanges
      .flatMap((exchange) =>
        exchange.method === "WS" && exchange.socket === undefined ? messagesOn(exchange) : [exchange],
      )
      .toSorted((a, b) => a.began_ms - b.began_ms),
  };
}

function messagesOn(socket: LoggedExchange): readonly LoggedExchange[] {
  const { frames } = socket;
  const starts = frames.flatMap((frame, index) =>
    frame.from === "page" ? [{ index, body: bodyOfFrame(frame) }] : [],
  );
  const shape = messageShape(starts.map(({ body }) => body));
  const messages = starts.filter(({ body }) => shape !== undefined && hasShape(body, shape));
  if (messages.length === 0) return [socket];
  return messages.map(({ index, body }, number) => {
    const [from, to] = [number === 0 ? 0 : index, messages[number + 1]?.index ?? frames.length];
    const own = frames.slice(from, to);
    return {
      ...socket,
      where: messages.length === 1 ? socket.where : `${socket.where}, message ${number + 1}`,
      socket: socket.where,
      began_ms: frames[index]?.at_ms ?? socket.began_ms,
      ended_ms: own.at(-1)?.at_ms ?? socket.ended_ms,
      requestBody: body,
      saidAt: index - from,
      frames: own,
    };
  });
}

/** What the frames that carry messages have in common. */
interface MessageShape {
  /** Where the text stands. */
  readonly place: string;
  /** The words of a program beside it, such as `{"type": "chat"}`. */
  readonly words: readonly string[];
}

/** The shape of the frame that is most like a message: by the name of its text, and the words in it. */
function messageShape(bodies: readonly unknown[]): MessageShape | undefined {
  const likely = bodies
    .flatMap((body) =>
      leavesOf(body).flatMap((leaf) =>
        textsAt(leaf).map((text) => ({
          body,
          place: leaf.place,
          likelihood: likelihoodOfText({ place: leaf.place, text }),
        })),
      ),
    )
    .toSorted((a, b) => b.likelihood - a.likelihood)[0];
  if (likely === undefined || likely.likelihood === 0) return undefined;
  return { place: likely.place, words: wordsIn(likely.body, likely.place) };
}

function hasShape(body: unknown, { place, words }: MessageShape): boolean {
  const isSaid = leavesOf(body).some((leaf) => leaf.place === place && textsAt(leaf).length > 0);
  return isSaid && JSON.stringify(wordsIn(body, place)) === JSON.stringify(words);
}

/** Names, and the place in socket.io's events, of what says what a frame is. */
const KIND_PLACE = /^0$|(?:^|\.)(?:type|op|action|method|event|kind|cmd|command)$/;

function wordsIn(body: unknown, textPlace: string): string[] {
  return leavesOf(body).flatMap(({ place, value }) =>
    place !== textPlace && KIND_PLACE.test(place) && typeof value === "string" ? [`${place}=${value}`] : [],
  );
}
