import { firstList, type LearnedCall, type ListRest } from "./find-list.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { UnknownSetting } from "./learned-wire.ts";
import type { MessageCandidate } from "./message-candidates.ts";
import { type LoggedExchange, requestOf } from "./network-log.ts";
import { callNameOf, MODEL_NAME, pathOf } from "./network-log-words.ts";

/** The list of models, and the one of them that the message asked for. */
export interface LearnedModels {
  readonly call: LearnedCall<ListRest>;
  /** What the message calls it by, and which it is; undefined where it names none of the list. */
  readonly asked: NamedValue | undefined;
  /** Whether nothing in it is named as models are: it lists what the message chooses one of. */
  readonly isLikely?: boolean;
}

/** A value in a request, with the name beside it: of a body's field, or of a query's. */
export interface NamedValue {
  readonly name: string;
  readonly value: string;
}

/** Words for models in the address or the name of a list. */
const MODELS_WORD = /model|llm|engine|deployment/i;

/**
 * The call that lists models, by what the message asks for: a value of the message that is in a list. Either it is named as a
 * model is, or the list is; a word that is both in a message and in any list is no model yet.
 */
export function learnModels(
  lists: readonly LoggedExchange[],
  said: MessageCandidate,
): LearnedModels | undefined {
  const values = valuesOf(said);
  const isOfModels = (exchange: LoggedExchange, list: string): boolean =>
    MODELS_WORD.test(callNameOf(exchange)) || /\/tags$/i.test(pathOf(exchange)) || MODELS_WORD.test(list);
  for (const isNamed of [true, false]) {
    for (const asked of values.filter(({ name }) => MODEL_NAME.test(name) === isNamed)) {
      const call = firstList(
        lists,
        (leaf) => leaf.value === asked.value,
        (exchange, list) => isNamed || isOfModels(exchange, list),
      );
      if (call !== undefined) return { call, asked };
    }
  }
  const likely = likelyModels(lists, values);
  if (likely !== undefined) return likely;
  const call = firstList(lists, isName, (exchange) => /[/.](?:models|tags)$/i.test(callNameOf(exchange)));
  return call && { call, asked: undefined };
}

/** Words that a message takes from a list and that choose no model. */
const OTHER_CHOICE =
  /lang|locale|country|region|time_?zone|currency|theme|colou?r|tone|style|mode$|format|tool|file|collection|tag|folder|user|team/i;

/**
 * A list that calls its items by the name by which the message chooses one: `voice=quick`, and `[{voice: "quick"}, {voice:
 * "careful"}]` at an address with that word. Whether these are models it only suggests.
 */
function likelyModels(
  lists: readonly LoggedExchange[],
  values: readonly NamedValue[],
): LearnedModels | undefined {
  for (const asked of values.filter(({ name }) => /^[a-z_]{3,}$/i.test(name) && !OTHER_CHOICE.test(name))) {
    const call = firstList(
      lists,
      ({ place, value }) => lastName(place) === asked.name && value === asked.value,
      (exchange) => new RegExp(`[/.]${asked.name}s?$`, "i").test(callNameOf(exchange)),
    );
    if (call !== undefined) return { call, asked, isLikely: true };
  }
  return undefined;
}

/** That what the message chooses one of need not be models. */
export function likelyModelsNote({ call, asked }: LearnedModels): UnknownSetting {
  return {
    setting: "models",
    why: `${requestOf(call.exchange)} lists what each message chooses one of as ${asked?.name}, which is taken for the model: where it is something else, take \`models\` out, and write the word in \`send\` for {model}`,
  };
}

/** What a list calls a model by: a field of its own, or all that there is. */
function isName({ place, value }: JsonLeaf): boolean {
  return /^(?:id|name|model|)$/.test(place) && typeof value === "string";
}

function valuesOf({ exchange, body, text }: MessageCandidate): NamedValue[] {
  const inQuery = [...new URL(exchange.path, exchange.origin).searchParams].map(([name, value]) => ({
    name,
    value,
  }));
  const inBody = leavesOf(body).flatMap(({ place, value }) =>
    typeof value === "string" ? [{ name: lastName(place), value }] : [],
  );
  return [...inBody, ...inQuery].filter(({ value }) => value !== text && value !== "");
}
