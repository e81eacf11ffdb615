import type { StreamDescription, WireSettings } from "../contract/wire-description.ts";
import { PLACEHOLDER } from "../contract/wire-placeholders.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { SHIPPED_DRIVERS } from "../targets/drivers/shipped-drivers.ts";
import { CONTRACT_STREAM } from "../targets/drivers/shipped-stream-formats.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { lastName, leavesOf } from "./json-leaves.ts";
import { factsBy } from "./learn-stream.ts";
import { type LoggedExchange, requestOf } from "./network-log.ts";
import { segmentsOf } from "./network-log-words.ts";

/** The contract's own wire, which has no description. */
const OURS: Driver = { name: "ours", title: "the contract", service: "hmi" };

/** The driver that a talk was in, by its calls and by the bytes of its reply; undefined where it is none that is known. */
export function recogniseDriver(talk: LearnedTalk): Driver | undefined {
  const found = shippedDriverOf(talk);
  // The stacks of the seeds have the same calls, and never begin a stream by saying which reply it is.
  const isOurs = found?.name === "seeds" && factsBy(CONTRACT_STREAM, talk.read)[0]?.kind === "started";
  return isOurs ? OURS : found;
}

function shippedDriverOf({ said, read }: LearnedTalk): Driver | undefined {
  const hasHeader = (start: string): boolean =>
    Object.keys(said.exchange.answerHeaders).some((name) => name.startsWith(start));
  // What a proxy says of itself counts before the wire that it shares with others.
  const likely = SHIPPED_DRIVERS.filter(
    ({ knownBy }) => knownBy?.header === undefined || hasHeader(knownBy.header),
  ).toSorted((a, b) => Number(b.knownBy !== undefined) - Number(a.knownBy !== undefined));
  return likely.find(({ wire, knownBy }) => {
    if (knownBy?.send !== undefined && knownBy.read !== undefined) {
      const isCalled = isOf(knownBy.send, requestOf(said.exchange)) && isOf(knownBy.read, requestOf(read));
      // An address that many have says nothing without the bytes.
      return isCalled && (wire?.stream === undefined || hasText(wire.stream, read));
    }
    if (wire?.send === undefined || wire.stream === undefined) return false;
    const isSent =
      isOf(wire.send.request, requestOf(said.exchange)) && hasFieldsOf(wire.send.body, said.body);
    const isRead =
      wire.read === undefined ? said.exchange === read : isOf(wire.read.request, requestOf(read));
    return isSent && isRead && hasText(wire.stream, read);
  });
}

function hasText(stream: StreamDescription, read: LoggedExchange): boolean {
  return factsBy(stream, read).some(({ kind }) => kind === "text");
}

/** Whether a request may have been made of a template. */
export function isOf(template: string, request: string): boolean {
  const [wanted, given] = [segmentsOf(template), segmentsOf(request)];
  const isPlaceholder = (segment: string): boolean => new RegExp(PLACEHOLDER.source).test(segment);
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => isPlaceholder(segment) || segment === given[index])
  );
}

/** Whether what carries the text in a template carried it in the body, too. */
function hasFieldsOf(template: unknown, body: unknown): boolean {
  const carriers = leavesOf(template).filter(({ value }) => /^\{(?:text|history)\}$/.test(String(value)));
  const names = new Set(typeof body === "object" && body !== null ? Object.keys(body) : []);
  return carriers.every(({ place }) => names.has(lastName(place)));
}

/** What of a learned wire is not as the driver says: only that has to be written. */
export function departuresFrom(base: WireSettings, learned: WireSettings): WireSettings {
  const departing = Object.entries(learned).flatMap(([name, group]): [name: string, value: unknown][] => {
    const before = (base as Record<string, unknown>)[name];
    if (!isGroup(group) || !isGroup(before)) return isSame(before, group) ? [] : [[name, group]];
    const fields = Object.entries(group).filter(([field, value]) => !isSame(before[field], value));
    return fields.length === 0 ? [] : [[name, Object.fromEntries(fields)]];
  });
  return Object.fromEntries(departing) as WireSettings;
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
