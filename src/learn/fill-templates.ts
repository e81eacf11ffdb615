import { valueAt } from "../targets/drivers/json-place.ts";
import { isSecretField, isSecretName } from "../text/secret-names.ts";
import { lastName } from "./json-leaves.ts";
import type { IdSlot, LearnedId } from "./learn-ids.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";
import { decodedSegment, MODEL_NAME } from "./network-log-words.ts";
import type { SaidText } from "./said-texts.ts";

/** What is known of the values in a talk's requests. */
export interface KnownValues {
  readonly ids: readonly LearnedId[];
  readonly said: SaidText;
  /** Whether the model that was asked for is one of a list that was seen. */
  readonly isModelListed: boolean;
}

const CONVERSATION_NAME = /conv|session|chat|thread/i;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

/** A request as a template: `POST /api/chats/{conversation}/messages`. */
export function requestTemplate(
  { method, path, origin }: LoggedExchange,
  { ids, said }: KnownValues,
): string {
  const url = new URL(path, origin);
  const segments = url.pathname.split("/").map((segment) => slotFor(decodedSegment(segment), ids) ?? segment);
  const query = [...url.searchParams].map(([name, value]) => {
    const secret = isSecretField(name) ? "{token}" : undefined;
    const filled = value === said.text ? "{text}" : (slotFor(value, ids) ?? secret);
    return `${encodeURIComponent(name)}=${filled ?? encodeURIComponent(value)}`;
  });
  return `${method} ${segments.join("/")}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

/** A body as a template, for a call that has one. */
export function bodyOf(body: unknown, known: KnownValues): { readonly body?: unknown } {
  return body === undefined ? {} : { body: filled(body, "", known) };
}

function filled(value: unknown, place: string, known: KnownValues): unknown {
  if (Array.isArray(value)) {
    if (isHistory(value, known.said.text)) return "{history}";
    return value.map((item, index) => filled(item, `${place}.${index}`, known));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, filled(item, `${place}.${name}`, known)]),
    );
  }
  return filledLeaf(value, lastName(place), known);
}

function filledLeaf(value: unknown, name: string, { ids, said, isModelListed }: KnownValues): unknown {
  if (value === said.text) return "{text}";
  const slot = value === null || value === undefined ? undefined : slotFor(String(value), ids);
  if (slot !== undefined) return typeof value === "number" ? slot.replace("}", "|number}") : slot;
  if (value === null && CONVERSATION_NAME.test(name)) {
    return isToldAsNumber(ids) ? "{conversation|number|null}" : "{conversation|null}";
  }
  if (typeof value !== "string") return value;
  if (MODEL_NAME.test(name) && isModelListed) return "{model}";
  if (isSecretName(name)) return "{token}";
  return UUID.test(value) ? "{key}" : value;
}

/** The whole conversation as OpenAI's wire has it, of which the message is the last. */
function isHistory(items: readonly unknown[], text: string): boolean {
  const turns = items.map((item) => (typeof item === "object" && item !== null ? Object.entries(item) : []));
  const areTurns = turns.every(
    (turn) =>
      turn.length === 2 &&
      turn.every(([name, value]) => /^(?:role|content)$/.test(name) && typeof value === "string"),
  );
  return areTurns && turns.at(-1)?.some(([name, value]) => name === "content" && value === text) === true;
}

function slotFor(value: string, ids: readonly LearnedId[]): `{${IdSlot}}` | undefined {
  const found = ids.find((id) => id.value === value);
  return found && `{${found.slot}}`;
}

/** Whether the conversation's id is a number where it is told: then a request has it as one, too. */
function isToldAsNumber(ids: readonly LearnedId[]): boolean {
  const told = ids.find(({ slot }) => slot === "conversation")?.told;
  return told !== undefined && typeof valueAt(jsonAnswer(told.exchange), told.place) === "number";
}
