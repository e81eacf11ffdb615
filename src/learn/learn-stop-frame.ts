import { hasPlaceholder } from "../targets/drivers/has-placeholder.ts";
import { clientMessageKeys } from "./client-message-keys.ts";
import { bodyOf, type KnownValues, leafKey } from "./fill-templates.ts";
import { idsToldBy, leavesBesideCallNumber } from "./id-uses.ts";
import { type JsonLeaf, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";
import { stoppedOnSocket } from "./stopped-replies.ts";
import { bytesInLine } from "./stream-findings.ts";

/** What a page says on a reply's own WebSocket to end it. */
export interface LearnedStopFrame {
  readonly frame: unknown;
  readonly from: LoggedExchange;
  readonly bytes: string;
}

/** The frame by which a page ended a reply, as a template; undefined where none was seen, or it names what nothing has told. */
export function learnStopFrame(
  log: NetworkLog,
  read: LoggedExchange,
  known: KnownValues,
): LearnedStopFrame | undefined {
  const [stop] = stoppedOnSocket(log, read);
  if (stop === undefined) return undefined;
  const said: unknown = JSON.parse(stop.frame);
  // A page may call a reply by the word that it made up for its message.
  const words = clientMessageKeys(log, stop.exchange).map(({ value }) => value);
  const keys = leavesOf(said).filter(({ value }) => words.includes(value));
  const { body: frame } = bodyOf(stop.exchange, { ...known, keys: new Set(keys.map(leafKey)) }, said);
  // What else looks made up, or is what this reply alone was called, is the name of something that nothing has told.
  const own = new Set(idsToldBy(stop.exchange).map(({ value }) => value));
  const isUntold = ({ place, value }: JsonLeaf): boolean =>
    (hasPlaceholder(value, "key") && !keys.some((key) => key.place === place)) ||
    (own.has(String(value)) && leavesBesideCallNumber(said).some((leaf) => leaf.place === place));
  if (leavesOf(frame).some(isUntold)) return undefined;
  const bytes = `${bytesInLine(stop.frame)}, on the WebSocket of its reply`;
  return { frame, from: stop.exchange, bytes };
}
