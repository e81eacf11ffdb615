import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import { bodyOf, type KnownValues } from "./fill-templates.ts";
import { isSameEndpoint } from "./id-uses.ts";
import { leavesOf } from "./json-leaves.ts";
import { factsBy } from "./learn-stream.ts";
import { bodyOfFrame } from "./message-candidates.ts";
import { jsonOrText, type LoggedExchange, type LoggedFrame, type NetworkLog } from "./network-log.ts";

type Sending = NonNullable<WireSettings["send"]>;

/** What a page says on a WebSocket before any message, what it shows to socket.io, and by which subprotocol they speak. */
export type LearnedOpening = Pick<Sending, "protocol" | "before" | "auth">;

/**
 * How a WebSocket is opened on which messages are said, or their replies heard. Of several that a log has, as the one was that
 * named its conversation: whoever comes back to it opens it so.
 */
export function learnOpening(
  { exchanges }: NetworkLog,
  read: LoggedExchange,
  { known, description }: { readonly known: KnownValues; readonly description: StreamDescription },
): LearnedOpening {
  if (read.method !== "WS") return {};
  const alike = exchanges.filter((each) => isSameEndpoint(each, read));
  // Of several messages on one WebSocket the first has what was said before them.
  const openings = [...new Map(alike.toReversed().map((each) => [each.socket ?? each.where, each])).values()];
  const own = openings.find((each) => (each.socket ?? each.where) === (read.socket ?? read.where)) ?? read;
  const [auth, before] = [authIn, framesBefore].map((find) => {
    const found = openings.map((each) => ({ from: each, value: find(each) }));
    const naming = found.find(({ value }) => leavesOf(value).some(isNamed(known)));
    const { from, value } = naming ?? { from: own, value: find(own) };
    return value === undefined ? undefined : bodyOf(from, known, value).body;
  });
  // A server may greet with what would be taken for a reply.
  const isGreeted = factsBy(description, { ...own, frames: own.frames.slice(0, own.saidAt), saidAt: 0 }).some(
    ({ kind }) => kind === "text" || kind === "done",
  );
  const isSaid = Array.isArray(before) && before.length > 0;
  const protocol = own.answerHeaders["sec-websocket-protocol"] ?? "";
  return {
    ...(protocol !== "" && { protocol }),
    ...(isRecord(auth) && { auth }),
    ...((isSaid || isGreeted) && { before: isSaid ? before : [] }),
  };
}

function isNamed({ ids }: KnownValues): (leaf: { readonly value: unknown }) => boolean {
  const conversation = ids.find(({ placeholder }) => placeholder === "conversation");
  return ({ value }) => conversation !== undefined && String(value) === conversation.value;
}

/** What socket.io was shown on connecting. */
function authIn({ frames }: LoggedExchange): unknown {
  const shown = frames.find(({ from, text }) => from === "page" && /^40\{/.test(text));
  return jsonOrText(shown?.text.slice(2));
}

/** What the page said by itself, as soon as the WebSocket was open; what comes later a person did. */
export function framesBefore({ frames, saidAt = frames.length }: LoggedExchange): unknown[] {
  const said = frames.slice(0, saidAt).filter(({ from }) => from === "page");
  const from_ms = said[0]?.at_ms ?? 0;
  return said.filter((frame) => frame.at_ms - from_ms < AT_ONCE_MS && !isPacket(frame)).map(bodyOfFrame);
}

/** How long after the first one a frame is still of the opening, in milliseconds. */
const AT_ONCE_MS = 1_000;

/** What is engine.io's own, asks whether the other one is there, or tells that somebody types. */
function isPacket({ text }: LoggedFrame): boolean {
  return (
    /^(?:[0-6]|[23]probe|4[01].*)$/.test(text) ||
    /^["{]?.{0,20}\b(?:ping|pong|heartbeat|typing)\b/i.test(text)
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
