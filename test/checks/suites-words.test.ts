import { expect, test } from "vitest";
import { inForeignWords } from "../../src/checks/foreign-words.ts";
import { suites } from "../../src/checks/suites.ts";

/** What only the contract, or only a stack that we run, can be asked. */
const OURS = /^(?:speak the contract|keep profiles|kill the \w+)$/;

/** Names of ours: of services, paths, fields, and of what is written down here. */
const OUR_NAMES =
  /\bgateway\b|\bHMI\b|\/api\/|\/chat\/|profile|(?:model|message|session)_id|model_not_found|BUG-|docs\/|\bcontract\b|\bseeds?\b/;

test("a claim that any back end is judged by speaks of nothing that only ours has", () => {
  const anybodys = suites.map(inForeignWords).flatMap(({ title, checks }) => {
    const asked = checks.filter(({ needs }) => !needs.some((need) => OURS.test(need)));
    return asked.length === 0 ? [] : [title, ...asked.map(wordsOf)];
  });
  expect(anybodys.length).toBeGreaterThan(80);
  expect(anybodys.filter((words) => OUR_NAMES.test(words))).toEqual([]);
});

test("a claim may have other words for wires of others, beside its own", () => {
  const [own, told] = [suites, suites.map(inForeignWords)].map((each) =>
    each.flatMap(({ checks }) => checks),
  );
  const accepted = told?.find(({ id }) => id === "model-conversation/reply");
  expect(accepted?.claim).toBe("the reply is saved to the conversation of its message");
  expect(own?.find(({ id }) => id === accepted?.id)?.claim).toMatch("model_id");
});

function wordsOf({ id, claim, why, lookAt }: (typeof suites)[number]["checks"][number]): string {
  return `${id}: ${claim}; ${why}; ${lookAt}`;
}
