import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import type { LearnedFinding } from "./learned-wire.ts";
import { type LoggedExchange, requestOf } from "./network-log.ts";
import { maskSecrets } from "./network-log-words.ts";
import { streamFindings } from "./stream-findings.ts";

/** One setting of a wire, with what it was inferred from. */
export interface LearnedSetting {
  readonly name: keyof WireSettings;
  readonly value: unknown;
  readonly from: LoggedExchange;
  readonly bytes: string;
}

export function findingsOf(
  { name, value, from, bytes }: LearnedSetting,
  talk: LearnedTalk,
): LearnedFinding[] {
  const where = maskSecrets(`${from.where}, ${requestOf(from)}`);
  if (name === "stream") return streamFindings(value as StreamDescription, talk, where);
  return [{ setting: name, value: inShort(value), where, bytes }];
}

/** A setting on a line: its request, and what else there is of it. */
function inShort(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { request, ...rest } = value as { request?: string };
  const more = Object.entries(rest).map(
    ([name, each]) => `${name} ${typeof each === "string" ? each || '""' : JSON.stringify(each)}`,
  );
  return [...(request === undefined ? [] : [request]), ...more].join(", ");
}
