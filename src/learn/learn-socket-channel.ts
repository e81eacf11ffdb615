import type { StreamDescription } from "../contract/wire-description.ts";
import { factsIn } from "../targets/drivers/facts-in-event.ts";
import { idAt } from "../targets/drivers/json-place.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import type { LearnedId } from "./learn-ids.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { streamOf } from "./stream-events.ts";

/** How several conversations are told apart on one WebSocket. */
export interface SocketChannel {
  readonly channel: NonNullable<StreamDescription["channel"]>;
  /** Whether a page was seen to talk in several conversations on one WebSocket. */
  readonly isSeen: boolean;
}

/** By which places the frames of a WebSocket say whose they are; undefined where pieces of its replies do not name their conversation. */
export function learnSocketChannel(
  { exchanges }: NetworkLog,
  { said, read, reply }: LearnedTalk,
  ids: readonly LearnedId[],
): SocketChannel | undefined {
  if (read.method !== "WS" || read !== said.exchange) return undefined;
  const placeOf = (placeholder: LearnedId["placeholder"], exchange: LoggedExchange) =>
    namedAt(
      ids.filter((id) => id.placeholder === placeholder),
      exchange,
      reply.description,
    );
  const conversation = placeOf("conversation", read)?.place;
  if (conversation === undefined) return undefined;
  const replyAt = placeOf("reply", read)?.place;
  const alike = exchanges.filter((each) => isSameEndpoint(each, read) && each.socket !== undefined);
  const sockets = [...Map.groupBy(alike, ({ socket }) => socket).values()];
  const isOfSeveral = (together: readonly LoggedExchange[]): boolean =>
    new Set(together.flatMap((each) => placeOf("conversation", each)?.value ?? [])).size > 1;
  return {
    channel: { conversation, ...(replyAt !== undefined && { reply: replyAt }) },
    isSeen: sockets.some(isOfSeveral),
  };
}

/** The place at which all pieces of a reply have one of these ids. */
function namedAt(
  ids: readonly LearnedId[],
  exchange: LoggedExchange,
  description: StreamDescription,
): { readonly place: string; readonly value: string } | undefined {
  const pieces = (streamOf(exchange)?.events ?? []).filter(({ name, value }) =>
    factsIn(value, name, description).some(({ kind }) => kind === "text"),
  );
  const [first] = pieces;
  if (first === undefined) return undefined;
  for (const { place } of leavesOf(first.value)) {
    const value = idAt(first.value, place);
    const isId = ids.some((id) => id.value === value);
    if (value !== null && isId && pieces.every((piece) => idAt(piece.value, place) === value)) {
      return { place, value };
    }
  }
  return undefined;
}
