import type { StreamDescription } from "../contract/wire-description.ts";
import { statusMeant } from "../targets/drivers/described-rows.ts";
import { valueAt } from "../targets/drivers/json-place.ts";
import { failureOf, isFailure, modelOf, usageOf } from "./infer-beside-text.ts";
import { ENDING_NAME, toldBy } from "./infer-end.ts";
import { type InferredStream, isIdOrTime } from "./infer-stream.ts";
import { isInList, type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedPoll } from "./network-log.ts";
import type { LoggedStream } from "./stream-events.ts";

/**
 * The description of a reply that was asked for until it was whole: by what only the last answer has, or else by its status.
 * Undefined where the answers do not come to such an end, or nothing in them becomes a text.
 */
export function inferPolled(
  { events }: LoggedStream,
  polls: readonly Pick<LoggedPoll, "status">[],
): InferredStream | undefined {
  const answers = events.map(({ value }) => value);
  const [last, before] = [answers.at(-1), answers.slice(0, -1)];
  const isNew = ({ place, value }: JsonLeaf): boolean =>
    before.every((answer) => valueAt(answer, place) !== value);
  const fresh = leavesOf(last).filter(isNew);
  const done = fresh.find(isFlag) ?? fresh.find(isEndWord);
  // Beside a flag, which all ends have, a word says which one it is.
  const word = fresh.find(isEndWord);
  const told = done === word || word === undefined ? {} : toldBy(word);
  const text = fresh
    .filter((leaf) => leaf !== done && leaf !== word && isText(leaf) && grows(answers, leaf.place))
    .toSorted((a, b) => String(b.value).length - String(a.value).length)[0]?.place;
  if (text === undefined || (done === undefined && !isToldByStatus(polls))) return undefined;
  const isCumulative = before.some((answer) => isFilled(valueAt(answer, text)));
  const typed = events.map((event) => ({ ...event, type: undefined }));
  const [model, usage] = [modelOf(typed, undefined), usageOf(typed, undefined)];
  const failure = failureOf(typed, undefined);
  const description: StreamDescription = {
    framing: "polled",
    text: { at: text, ...(isCumulative && { cumulative: true }) },
    ...(model !== undefined && { model }),
    ...(usage !== undefined && { usage }),
    ...(failure !== undefined && { failure }),
    ...(done !== undefined && { done: { where: { [done.place]: done.value }, ...told } }),
  };
  const unknown = [
    ...(usage === undefined ? ["where tokens are counted"] : []),
    ...(failure === undefined
      ? [
          "how a failure is told: none was in the log, and a reply that fails is asked for until the time is over",
        ]
      : []),
  ];
  return { description, unknown };
}

/** Whether all answers but the last say by their status that there is more to come. */
function isToldByStatus(polls: readonly Pick<LoggedPoll, "status">[]): boolean {
  const [last, ...before] = polls.map(({ status }) => status).toReversed();
  const goesOn = (status: number | undefined): boolean => status === 202 || status === 204;
  return before.length > 0 && before.every(goesOn) && !goesOn(last);
}

/** A flag for what is finished. */
function isFlag({ place, value }: JsonLeaf): boolean {
  return value === true && ENDING_NAME.test(lastName(place));
}

/** A word for it. */
function isEndWord({ value }: JsonLeaf): boolean {
  return (
    typeof value === "string" && (statusMeant(value) === "complete" || /^(?:ready|succeeded)$/i.test(value))
  );
}

/** A list has a place for each of its items, and none for the one that is meant. */
function isText({ place, value }: JsonLeaf): boolean {
  if (typeof value !== "string" || value.trim() === "" || isInList(place)) return false;
  return !isIdOrTime(place, [value]) && !isFailure({ type: undefined, place, values: [value] });
}

/** Whether a text is there from some answer on, and each has the one before at its beginning. */
function grows(answers: readonly unknown[], place: string): boolean {
  const texts = answers.map((answer) => valueAt(answer, place) ?? "");
  return texts.every(
    (text, index) => typeof text === "string" && text.startsWith(String(texts[index - 1] ?? "")),
  );
}

function isFilled(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}
