/** What a stream tells beside the reply's text: which model it is of, how tokens are counted, what went wrong. */
import type { StreamDescription } from "../contract/wire-description.ts";
import { lastName } from "./json-leaves.ts";
import { MODEL_NAME } from "./network-log-words.ts";
import { fieldPathsIn, namedBy, type StreamFieldPath, type TypedEvent } from "./stream-field-paths.ts";

const FAILURE = /error|fail|exception/i;

/** Whether what stands there tells what went wrong. */
export function isFailure({ type, place }: StreamFieldPath): boolean {
  return FAILURE.test(type ?? "") || FAILURE.test(place);
}

/** What a failure is told by. */
export function failureOf(
  events: readonly TypedEvent[],
  type: string | undefined,
): StreamDescription["failure"] {
  const paths = fieldPathsIn(events, type).filter(isFailure);
  const spots = paths.filter(({ values }) =>
    values.some((value) => typeof value === "string" && value !== ""),
  );
  const spot =
    spots.find(({ place }) => /message|detail|error|text|content/i.test(lastName(place))) ?? spots[0];
  if (spot === undefined) return emptyFailureOf(paths);
  // In an event of its own all is about the failure.
  const beside = spot.type === undefined ? spots : fieldPathsIn(events, type);
  const code = beside.find(({ type: of, place }) => of === spot.type && /code/i.test(lastName(place)));
  return {
    ...(spot.type !== undefined && { of: spot.type }),
    message: spot.place,
    ...(code !== undefined && code.place !== spot.place && { code: code.place }),
  };
}

/** A field for what went wrong that is there in replies that went well, and empty: `error: null`. */
function emptyFailureOf(paths: readonly StreamFieldPath[]): StreamDescription["failure"] {
  const empty = paths.find(
    ({ place, values }) =>
      EMPTY_FAILURE_NAME.test(lastName(place)) && values.every((value) => value === null || value === ""),
  );
  // Without a type: whatever event has it, is one of a failure where it is filled.
  return empty && { message: empty.place };
}

const EMPTY_FAILURE_NAME = /^(?:error|err|failure|exception)(?:_?(?:message|msg|text|detail|reason))?$/i;

/** Where the name of the model stands. */
export function modelOf(
  events: readonly TypedEvent[],
  type: string | undefined,
): { readonly of?: string; readonly at: string } | undefined {
  const spot = fieldPathsIn(events, type).find(
    ({ place, values }) => MODEL_NAME.test(lastName(place)) && typeof values[0] === "string",
  );
  return spot && namedBy(spot);
}

/** Input and output are counted by many names, and not always by one event. */
export function usageOf(events: readonly TypedEvent[], type: string | undefined): StreamDescription["usage"] {
  const counts = fieldPathsIn(events, type).filter(
    ({ type: of, place, values }) =>
      (/token|usage|count|eval|meter|(?:^|\.)use\./i.test(place) || COUNTS.test(of ?? "")) &&
      values.some((value) => Number.isInteger(value)),
  );
  const prompt = counts.find(({ place }) => /prompt|input|(?:^|[._])(?:in|p|read)$/i.test(place));
  const completions = counts.filter(
    ({ place }) =>
      /completion|candidates|output|generated|reply|(?:^|[._])(?:out|c|wrote|written)$|eval_count$/i.test(
        place,
      ) && place !== prompt?.place,
  );
  const beside = completions.find(({ type: of }) => of === (prompt?.type ?? of));
  // What is counted at the beginning is not the whole.
  const later = completions.find((each) => each.type !== beside?.type && lastOf(each) > lastOf(beside));
  const completion = later ?? beside;
  if (prompt === undefined && completion === undefined) return undefined;
  if (prompt !== undefined && completion !== undefined && prompt.type !== completion.type) {
    return [
      { ...ofType(prompt), prompt: prompt.place },
      { ...ofType(completion), completion: completion.place },
    ];
  }
  return {
    ...ofType(prompt ?? completion),
    ...(prompt !== undefined && { prompt: prompt.place }),
    ...(completion !== undefined && { completion: completion.place }),
  };
}

/** What an event is called that counts tokens. */
const COUNTS = /usage|tokens|counts?$|tally|stats/i;

function ofType(spot: StreamFieldPath | undefined): { readonly of?: string } {
  return spot?.type === undefined ? {} : { of: spot.type };
}

function lastOf(spot: StreamFieldPath | undefined): number {
  return Number(spot?.values.findLast((value) => Number.isInteger(value)) ?? -1);
}
