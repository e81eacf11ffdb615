import type { WireSettings } from "../contract/wire-description.ts";
import { knownRole, statusMeant } from "../targets/drivers/described-rows.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { type JsonLeaf, lastName, leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";
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
    ({ began_ms, method }) => method === "GET" && began_ms >= said.exchange.began_ms,
  );
  for (const exchange of after.toReversed()) {
    for (const { place, items } of listsAndMapsIn(jsonAnswer(exchange))) {
      const found = rowsIn(items, said.text, reply.text);
      if (found !== undefined) return { exchange, rows: { list: place, ...found.rows }, row: found.row };
    }
  }
  return undefined;
}

function rowsIn(items: readonly object[], said: string, replied: string) {
  const [message, row] = [
    items.findLast((item) => holds(item, said)),
    items.findLast((item) => holds(item, replied)),
  ];
  const text = row && leavesOf(row).find(({ value }) => isText(value, replied))?.place;
  if (
    message === undefined ||
    row === undefined ||
    text === undefined ||
    !isText(valueAt(message, text), said)
  ) {
    return undefined;
  }
  const leaves = leavesOf(row);
  const role = roleOf(leaves, message);
  if (role === undefined) return undefined;
  const at = (name: RegExp, type: string): string | undefined =>
    leaves.find(
      ({ place, value }) =>
        place !== text && place !== role && name.test(lastName(place)) && typeof value === type,
    )?.place;
  const id =
    at(/^(?:_?id|uuid|message_?id|key)$/i, "string") ??
    at(/^(?:_?id|message_?id)$/i, "number") ??
    at(/^@key$/, "string");
  const status = at(/^(?:status|state|st)$/i, "string") ?? statusIn(leaves, message, [text, role]);
  const prompt = at(/(?:prompt|input)_?tokens|tokens_?in/i, "number");
  const completion = at(/(?:completion|output)_?tokens|tokens_?out/i, "number");
  const model = at(MODEL_NAME, "string");
  const thought = at(/think|thought|reasoning/i, "string");
  const rows = {
    ...(items.indexOf(row) < items.indexOf(message) && { newest_first: true }),
    text,
    role,
    ...rolesOf(valueAt(message, role), valueAt(row, role)),
    ...(id !== undefined && { id }),
    ...(status !== undefined && { status, ...statusesOf(valueAt(row, status)) }),
    ...(model !== undefined && { model }),
    ...(thought !== undefined && { thought }),
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(completion !== undefined && { completion_tokens: completion }),
  };
  return { rows, row };
}

function holds(item: object, text: string): boolean {
  return leavesOf(item).some(({ value }) => isText(value, text));
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
  others: readonly string[],
): string | undefined {
  return leaves.find(
    ({ place, value }) =>
      !others.includes(place) &&
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
