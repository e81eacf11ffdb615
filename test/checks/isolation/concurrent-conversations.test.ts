import { expect, test } from "vitest";
import type { Voice } from "../../../src/checks/isolation/concurrent-conversations.ts";
import { prompts } from "../../../src/checks/isolation/isolation-prompts.ts";
import { rows } from "../../../src/checks/isolation/isolation-rows.ts";
import { streams } from "../../../src/checks/isolation/isolation-streams.ts";
import { oneRequest } from "../../../src/checks/isolation/one-request.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import type { SeenRow } from "../../../src/targets/drivers/reply-facts.ts";
import { generation, judge, replyRow, row } from "../model-conversation/evidence.ts";
import { started, stream, whole } from "../sse/evidence.ts";

const CHECKS = [streams, rows, prompts, oneRequest];

function rowsOf(number: number): SeenRow[] {
  const word = `word${number}`;
  return [row({ content: `Repeat after me: ${word}` }), replyRow({ content: word })];
}

/** A conversation whose words are those of its number, in everything. */
function voice(number: number, changes: Partial<Voice> = {}): Voice {
  const word = `word${number}`;
  const asked = `Repeat after me: ${word}`;
  return {
    word,
    isForeign: false,
    modelId: number,
    profileWord: `profile${number}`,
    sessionId: String(number),
    asked,
    stream: stream(whole(word)),
    rows: rowsOf(number),
    generations: [generation(`profile${number}`, [{ role: "user", content: asked }])],
    ...changes,
  };
}

test.each(CHECKS)("$id holds where each conversation has its own words alone", (check) => {
  expect(judge(check, [voice(1), voice(2)])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["text", whole("word1 word2")],
  ["a title", [{ ...started, detail: "word2" } as typeof started]],
])("broken where a stream has another one's word in %s", (_, events) => {
  expect(judge(streams, [voice(1, { stream: stream(events) }), voice(2)])).toMatchObject({
    verdict: "broken",
    found: "words of other conversations: word2",
  });
});

test.each([
  ["another one's word", [rowsOf(1)[0], replyRow({ content: "word2" })], "words of others: word2"],
  ["no reply", rowsOf(1).slice(0, 1), "rows: user"],
  ["two replies", [...rowsOf(1), replyRow()], "rows: user, assistant, assistant"],
  ["nothing", [], "rows: none"],
])("broken where a conversation holds %s", (_, seen, found) => {
  expect(judge(rows, [voice(1, { rows: seen as Voice["rows"] }), voice(2)])).toMatchObject({
    verdict: "broken",
    found,
  });
});

test("where a row stands is not judged by what it holds", () => {
  expect(judge(rows, [voice(1, { rows: rowsOf(1).toReversed() }), voice(2)]).verdict).toBe("holds");
});

test("broken where a prompt holds another profile's word", () => {
  const generations = [generation("profile1 profile2")];
  expect(judge(prompts, [voice(1, { generations }), voice(2)])).toMatchObject({
    verdict: "broken",
    found: "words of others: profile2",
  });
});

test("where no prompt came, another's that came twice was in its place; else the engine was not asked", () => {
  const unasked = voice(1, { generations: [] });
  const twice = voice(2, { generations: [...voice(2).generations, ...voice(2).generations] });
  expect(judge(prompts, [unasked, twice])).toMatchObject({
    verdict: "broken",
    found: "no prompt with its word, and two with word2",
  });
  for (const claim of [prompts, oneRequest]) {
    expect(() => judge(claim, [unasked, voice(2)])).toThrow(
      "the engine that is watched got no request with this message",
    );
  }
});

test("streams: replies without any of the words could be anybody's", () => {
  const mute = (index: number) => voice(index, { stream: stream(whole("All is well.")) });
  expect(() => judge(streams, [mute(1), mute(2)])).toThrow(NotObservable);
  expect(judge(streams, [mute(1), voice(2)])).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("with their own words: 1"),
  });
});

test("a word of the own profile, which another conversation has too, is not foreign", () => {
  const sibling = voice(2, { modelId: 1, profileWord: "profile1" });
  const own = voice(1, { generations: [generation("profile1 word1")] });
  expect(judge(prompts, [own, sibling])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["the reply twice", [...voice(1).generations, ...voice(1).generations], "requests: 2"],
  ["a title instead", [generation("A title for word1")], "requests: 1, one of them for something else"],
])("broken where the engine is asked for %s", (_, generations, found) => {
  expect(judge(oneRequest, [voice(1, { generations })])).toMatchObject({ verdict: "broken", found });
});

test.each(CHECKS)("$id has no verdict without conversations", (check) => {
  expect(() => judge(check, [])).toThrow(CouldNotRun);
});

test("what follows from prompts that are mixed up, or from streams that are, is told by that cause", () => {
  const foreign = (number: number, changes: Partial<Voice> = {}): Voice =>
    voice(number, { isForeign: true, profileWord: null, ...changes });
  const astray = { stream: stream(whole("word2")), rows: [rowsOf(1)[0], replyRow({ content: "word2" })] };
  const asked = foreign(2).generations[0] as Voice["generations"][number];
  // Another one's was asked in its place; or its own has another one's words in it.
  const swapped = [
    foreign(1, { ...(astray as Partial<Voice>), generations: [] }),
    foreign(2, { generations: [asked, asked] }),
  ];
  const [own] = foreign(1).generations;
  const holdsBoth = generation("", [...(own?.messages ?? []), ...(asked.messages ?? [])]);
  const joined = [foreign(1, { ...(astray as Partial<Voice>), generations: [holdsBoth] }), foreign(2)];
  const fault = "the engine is given what was said in other conversations";
  for (const voices of [swapped, joined]) {
    for (const check of [streams, rows, prompts]) {
      expect(judge(check, voices)).toMatchObject({ verdict: "broken", cause: { fault } });
    }
  }
  expect(judge(oneRequest, swapped.toReversed())).toMatchObject({ cause: { fault } });
  const inStream = [foreign(1, { stream: stream(whole("word1 word2")) }), foreign(2)];
  expect(judge(streams, inStream)).toMatchObject({
    cause: { fault: "words of one reply come in the stream of another" },
  });
});
