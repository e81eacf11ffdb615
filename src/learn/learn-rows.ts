import type { WireSettings } from "../contract/wire-description.ts";
import { knownRole, statusMeant } from "../targets/drivers/described-rows.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import { textInParts } from "../targets/drivers/text-in-parts.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { isInList, type JsonLeaf, lastName, leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import { TITLE_NAME } from "./message-candidates.ts";
import { jsonAnswer, type LoggedExchange, mayList, type NetworkLog } from "./network-log.ts";
import { MODEL_NAME } from "./network-log-words.ts";

type Rows = NonNullable<WireSettings["rows"]>;

/** The list that showed what was said. */
export interface LearnedRows {
  readonly exchange: LoggedExchange;
  /** All but the request, which has ids in it. */
  readonly rows: Omit<Rows, "request">;
  /** The row of the reply. */
  readonly row: object;
}

/** The call, after the message, whose list holds the message and its reply; undefined where there was none. */
export function learnRows({ exchanges }: NetworkLog, { said, reply }: LearnedTalk): LearnedRows | undefined {
  const after = exchanges.filter(
    (each) => mayList(each) && each !== said.exchange && each.began_ms >= said.exchange.began_ms,
  );
  const lists = after
    .toReversed()
    .flatMap((exchange) => listsAndMapsIn(jsonAnswer(exchange)).map((list) => ({ exchange, ...list })));
  // Who speaks says more than that both are in one item, which may also be a whole conversation.
  for (const isPair of [false, true]) {
    for (const { exchange, place, items } of lists) {
      const found = rowsIn(items, { said: said.text, replied: reply.text, isPair });
      if (found !== undefined) return { exchange, rows: { list: place, ...found.rows }, row: found.row };
    }
  }
  return undefined;
}

interface Wanted {
  readonly said: string;
  readonly replied: string;
  /** Whether one item holds both. */
  readonly isPair: boolean;
}

function rowsIn(items: readonly object[], wanted: Wanted) {
  const { said, replied, isPair } = wanted;
  const [message, row] = [
    items.findLast((item) => holds(item, said)),
    items.findLast((item) => holds(item, replied)),
  ];
  if (message === undefined || row === undefined) return undefined;
  const at = isPair === (message === row) ? textsIn(message, row, wanted) : undefined;
  if (at === undefined) return undefined;
  // Of a text in parts, what one of them says of itself says nothing of the row: the next one has others.
  const beside = leavesOf(row).filter(({ place }) => !isWithin(place, at.text) && place !== at.question);
  const role = roleOf(beside, message);
  if (role === undefined && at.question === undefined) return undefined;
  const rows = {
    ...(items.indexOf(row) < items.indexOf(message) && { newest_first: true }),
    ...at,
    ...(role !== undefined && { role, ...rolesOf(valueAt(message, role), valueAt(row, role)) }),
    ...besideText(beside, { row, text: at.text, role, message: at.question === undefined ? message : {} }),
  };
  return { rows, row };
}

/** Where what was said and the reply stand: at one place of two rows, or at two of one. */
function textsIn(
  message: object,
  row: object,
  { said, replied, isPair }: Wanted,
): Pick<Rows, "text" | "question"> | undefined {
  const text = textPlaceOf(row, replied);
  if (text === undefined) return undefined;
  if (isPair) {
    const question = questionIn(row, said);
    // Two that are called alike are rows of a map.
    return question === undefined || lastName(question) === lastName(text) ? undefined : { text, question };
  }
  return isText(textOfRow(message, text), said) ? { text } : undefined;
}

interface RowOfReply {
  readonly row: object;
  readonly text: string;
  readonly role: string | undefined;
  /** The row of what was said; without anything where that is the same. */
  readonly message: object;
}

/** What a row has beside its text and who speaks. */
function besideText(beside: readonly JsonLeaf[], { row, text, role, message }: RowOfReply) {
  const at = (name: RegExp, type: string): string | undefined =>
    beside.find(({ place, value }) => place !== role && name.test(lastName(place)) && typeof value === type)
      ?.place;
  const id =
    at(/^(?:_?id|uuid|message_?id|key)$/i, "string") ??
    at(/^(?:_?id|message_?id)$/i, "number") ??
    at(/^@key$/, "string");
  const status = at(/^(?:status|state|st|condition)$/i, "string") ?? statusIn(beside, message, role);
  const prompt = at(/(?:prompt|input)_?tokens|tokens_?in/i, "number");
  const completion = at(/(?:completion|output)_?tokens|tokens_?out/i, "number");
  const model = at(MODEL_NAME, "string");
  const thought = textInParts(valueAt(row, text), "thought")
    ? text
    : at(/think|thought|reasoning/i, "string");
  return {
    ...(id !== undefined && { id }),
    ...(status !== undefined && { status, ...statusesOf(valueAt(row, status)) }),
    ...(model !== undefined && { model }),
    ...(thought !== undefined && { thought }),
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(completion !== undefined && { completion_tokens: completion }),
  };
}

/** Where a row that holds the reply as well has what was said; a title that repeats it is none. */
function questionIn(row: object, said: string): string | undefined {
  return leavesOf(row).find(
    ({ place, value }) => isText(value, said) && !isInList(place) && !TITLE_NAME.test(lastName(place)),
  )?.place;
}

function holds(item: object, text: string): boolean {
  return textPlaceOf(item, text) !== undefined;
}

/** Where a row has this text: by itself, or as a list of parts. */
function textPlaceOf(row: object, text: string): string | undefined {
  const leaves = leavesOf(row);
  const parents = leaves.flatMap(({ place }) => {
    const names = place.split(".");
    const index = names.findIndex((name) => /^\d+$/.test(name));
    return index > 0 ? [names.slice(0, index).join(".")] : [];
  });
  // Of a list of parts the list is its place: the next row may have its text in another one.
  const list = parents.find((place) => isText(textInParts(valueAt(row, place), "text"), text));
  return list ?? leaves.find(({ value }) => isText(value, text))?.place;
}

/** The text of a row as it was said, also where that is a list of parts. */
export function textOfRow(row: unknown, place: string): unknown {
  const value = valueAt(row, place);
  return textInParts(value, "text") ?? value;
}

function isWithin(place: string, whole: string): boolean {
  return place === whole || place.startsWith(`${whole}.`);
}

function isText(value: unknown, text: string): boolean {
  return typeof value === "string" && value.trim() === text.trim();
}

/** Where it stands who speaks: another word for the person than for the model, by a name that says so if there is one. */
function roleOf(leaves: readonly JsonLeaf[], message: object): string | undefined {
  const words = leaves.filter(({ place, value }) => {
    const other = valueAt(message, place);
    return (
      typeof value === "string" &&
      typeof other === "string" &&
      /^[\w-]{1,30}$/.test(value) &&
      /^[\w-]{1,30}$/.test(other) &&
      other !== value
    );
  });
  const named = words.find(({ place }) =>
    /^(?:role|sender|author|speaker|from|who|by|type|message_type|kind)$/i.test(lastName(place)),
  );
  const known = words.find(({ value }) => knownRole(String(value)) === "assistant");
  return (known ?? named)?.place;
}

/** Where the reply has a word for its end, and the message does not have it. */
function statusIn(
  leaves: readonly JsonLeaf[],
  message: object,
  role: string | undefined,
): string | undefined {
  return leaves.find(
    ({ place, value }) =>
      place !== role &&
      typeof value === "string" &&
      statusMeant(value) === "complete" &&
      valueAt(message, place) !== value,
  )?.place;
}

function rolesOf(user: unknown, assistant: unknown): Pick<Rows, "roles"> {
  const isKnown = knownRole(String(user)) === "user" && knownRole(String(assistant)) === "assistant";
  return isKnown ? {} : { roles: { user: [String(user)], assistant: [String(assistant)] } };
}

/** The reply that was listed had ended, so its word is the one for that; unless it needs no telling. */
function statusesOf(word: unknown): Pick<Rows, "statuses"> {
  return statusMeant(String(word)) !== undefined ? {} : { statuses: { complete: [String(word)] } };
}
