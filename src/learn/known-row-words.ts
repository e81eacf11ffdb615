import { lastFact } from "../targets/drivers/reply-facts.ts";
import type { LearnedTalk } from "./find-message-and-reply.ts";
import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LearnedId } from "./learn-ids.ts";
import type { LearnedRows } from "./learn-rows.ts";
import { timedFactsBy } from "./learn-stream.ts";
import { MODEL_NAME } from "./network-log-words.ts";

/**
 * Rows of which a name, a status, a model or the tokens are known by what was said, and what the reply told of itself, whatever
 * the list calls it: the id that its answer or its stream told, the word by which that said that it had ended, and what it counted.
 */
export function withKnownWords(
  learned: LearnedRows | undefined,
  ids: readonly LearnedId[],
  { said, read, reply: { description } }: LearnedTalk,
): LearnedRows | undefined {
  if (learned === undefined) return undefined;
  const { rows, row } = learned;
  const { done } = description;
  const names = new Set(
    ids.filter(({ placeholder }) => placeholder !== "conversation").map(({ value }) => value),
  );
  const word = done === undefined || Array.isArray(done) ? undefined : done.reasons?.stop?.[0];
  const others = leavesOf(row).filter(({ place }) => ![rows.text, rows.role, rows.question].includes(place));
  const id = rows.id ?? others.find(({ value }) => names.has(String(value)))?.place;
  const status = others.find(({ place, value }) => value === word && place !== id)?.place;
  const isNew = rows.status === undefined && status !== undefined && word !== undefined;
  const facts = timedFactsBy(description, read);
  const asked = leavesOf(said.body).find(({ place }) => MODEL_NAME.test(lastName(place)))?.value;
  const model = lastFact({ facts }, "model")?.name ?? asked;
  const modelAt = others.find(({ value }) => typeof value === "string" && value === model)?.place;
  return {
    ...learned,
    rows: {
      ...rows,
      ...(id !== undefined && { id }),
      ...(isNew && { status, statuses: { complete: [word] } }),
      ...(rows.model === undefined && modelAt !== undefined && { model: modelAt }),
      ...tokensIn(
        others.filter(({ place }) => place !== id),
        rows,
        lastFact({ facts }, "usage"),
      ),
    },
  };
}

/** Where a row has both numbers that the stream has counted, each at one place. */
function tokensIn(
  leaves: readonly JsonLeaf[],
  rows: LearnedRows["rows"],
  counted: { readonly prompt: number | null; readonly completion: number | null } | undefined,
): Pick<LearnedRows["rows"], "prompt_tokens" | "completion_tokens"> {
  const isTold = rows.prompt_tokens !== undefined || rows.completion_tokens !== undefined;
  if (counted === undefined || counted.prompt === null || counted.completion === null || isTold) return {};
  const at = (count: number | null) => leaves.filter(({ value }) => value === count);
  const [prompt, ...otherPrompts] = at(counted.prompt);
  const [completion, ...otherCompletions] = at(counted.completion);
  const isOne = otherPrompts.length + otherCompletions.length === 0 && prompt !== completion;
  return prompt === undefined || completion === undefined || !isOne
    ? {}
    : { prompt_tokens: prompt.place, completion_tokens: completion.place };
}
