import { expect, test } from "vitest";
import { doubleSubmit } from "../../../src/checks/isolation/double-submit.ts";
import { history } from "../../../src/checks/isolation/isolation-history.ts";
import { repeatAfterMe, wordFrom } from "../../../src/checks/isolation/marker-words.ts";
import { openedMeanwhile } from "../../../src/checks/isolation/opened-meanwhile.ts";
import { sameMessageId } from "../../../src/checks/isolation/same-message-id.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { CANARY } from "../../../src/text/canary-word.ts";
import { generation, judge, replyRow, row } from "../model-conversation/evidence.ts";
import { stream, whole } from "../sse/evidence.ts";

const SAID = ["word 1", "one", "word 2", "two", "word 3"];
const prompt = (texts: readonly string[]) =>
  generation(
    "You help.",
    texts.map((content) => ({ role: /^(?:word|drow)/.test(content) ? "user" : "assistant", content })),
  );
const asUser = (seen: ReturnType<typeof prompt>) => ({
  ...seen,
  messages: (seen.messages ?? []).map(({ content }) => ({ role: "user" as const, content })),
});
const talk = {
  word: "word",
  sessionId: "1",
  rows: [...SAID, "three"].map((content) => row({ content })),
  generations: [prompt(SAID)],
};
const THERE = ["drow 1", "uno", "drow 2", "due", "drow 3"];
const other = {
  word: "drow",
  sessionId: "2",
  rows: [...THERE, "tre"].map((content) => row({ content })),
  generations: [prompt(THERE)],
};

test("history holds where the last prompt has all turns in order", () => {
  expect(judge(history, [talk, other])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["only the last message", prompt(["word 3"]), "messages missing: 4, other conversations in it: 0"],
  [
    "another order",
    prompt(["word 2", "two", "word 1", "one", "word 3"]),
    "messages missing: 0, not in order, other conversations in it: 0",
  ],
  ["another conversation", prompt([...SAID, "drow"]), "messages missing: 0, other conversations in it: 1"],
  [
    "the last message twice",
    prompt([...SAID, "word 3"]),
    "messages missing: 0, message 3 of the person 2 times, other conversations in it: 0",
  ],
  [
    "what the model said as the person's",
    asUser(prompt(SAID)),
    "messages missing: 0, of turn 1 the reply as the person's, of turn 2 the reply as the person's, other conversations in it: 0",
  ],
])("history is broken where the prompt has %s", (_, seen, found) => {
  expect(judge(history, [{ ...talk, generations: [seen] }, other])).toMatchObject({
    verdict: "broken",
    found,
  });
});

test.each([
  ["a reply that was not written yet", ["word 1", "word 2", "word 2", "two", "word 3"], true],
  ["the oldest, for which there was no room", ["one", "word 2", "word 2", "two", "word 3", "word 3"], true],
  ["a message of the person in the middle", ["word 1", "word 1", "one", "two", "word 3"], false],
])("history: turns that are made twice explain %s", (_, given, isExplained) => {
  const verdict = judge(history, [{ ...talk, isForeign: true, generations: [prompt(given)] }, other]);
  const cause = { within: ["a message and its reply are in their conversation more than once"] };
  expect(verdict).toMatchObject({ verdict: "broken", ...(isExplained && { cause }) });
  expect("cause" in verdict).toBe(isExplained);
});

test("history holds where a reply lost a part of its text on the stream, and the prompt has it whole", () => {
  const rows = ["word 1", "count 1, 2, 4, 5", "word 2", "two", "word 3", "three"];
  const given = ["word 1", "count 1, 2, 3, 4, 5", "word 2", "two", "word 3"];
  const seen = { ...talk, rows: rows.map((content) => row({ content })), generations: [prompt(given)] };
  expect(judge(history, [seen, other])).toMatchObject({ verdict: "holds" });
});

test("history has no verdict on a conversation that did not grow", () => {
  expect(() => judge(history, [{ ...talk, rows: talk.rows.slice(0, 3) }])).toThrow(CouldNotRun);
});

const meanwhile = {
  sessionId: "1",
  openedId: "2",
  asked: "Hello",
  stream: stream(whole("Hi!")),
  meanwhile: [row(), replyRow({ status: "streaming", content: "" })],
  rows: [row(), replyRow()],
  openedRows: [],
};

test("opened-meanwhile holds where the reply is where it was asked", () => {
  expect(judge(openedMeanwhile, meanwhile)).toMatchObject({ verdict: "holds" });
});

test("opened-meanwhile is broken where the reply is in the other conversation", () => {
  const astray = { rows: [row(), replyRow({ content: "" })], openedRows: [replyRow()] };
  expect(judge(openedMeanwhile, { ...meanwhile, ...astray })).toMatchObject({
    verdict: "broken",
    found: "0 characters in 1, rows in 2: 1",
  });
});

test.each([
  ["stream", "Hi th", "Hi there"],
  ["row", "Hi there", "Hi the"],
])(
  "opened-meanwhile leaves a text that is short in the %s to the claim about texts",
  (_, streamed, saved) => {
    const seen = {
      ...meanwhile,
      stream: stream(whole(streamed)),
      rows: [row(), replyRow({ content: saved })],
    };
    expect(judge(openedMeanwhile, seen)).toMatchObject({
      verdict: "holds",
      seen: expect.stringContaining("which persistence/complete judges"),
    });
    const other = { ...seen, rows: [row(), replyRow({ content: "Another one" })] };
    expect(judge(openedMeanwhile, other).verdict).toBe("broken");
    const astray = { ...seen, isForeign: true, openedRows: [replyRow({ content: saved })] };
    expect(judge(openedMeanwhile, astray).verdict).toBe("broken");
  },
);

test.each([
  ["the reply was there before", { meanwhile: [row(), replyRow()] }],
  ["nothing was streamed", { stream: stream(whole("")) }],
])("opened-meanwhile has no verdict where %s", (_, changes) => {
  expect(() => judge(openedMeanwhile, { ...meanwhile, ...changes })).toThrow(CouldNotRun);
});

const resent = {
  door: "message",
  asked: "Hello",
  statuses: [200, 200, 200],
  rows: [row(), replyRow()],
  generations: [prompt(["Hello"])],
};

test("double-submit holds for one exchange", () => {
  expect(judge(doubleSubmit, [resent])).toMatchObject({ verdict: "holds" });
});

test.each([
  ["two exchanges", { rows: [...resent.rows, ...resent.rows] }],
  ["two requests at the engine", { generations: [...resent.generations, ...resent.generations] }],
  ["a refusal", { statuses: [200, 409, 200] }],
])("double-submit is broken by %s", (_, changes) => {
  expect(judge(doubleSubmit, [{ ...resent, ...changes }])).toMatchObject({ verdict: "broken" });
});

test("double-submit has no verdict where nothing was accepted", () => {
  expect(() => judge(doubleSubmit, [{ ...resent, statuses: [500, 500, 500] }])).toThrow(CouldNotRun);
});

test.each([
  ["holds", "one request", { generations: resent.generations }],
  ["broken", "two requests", { generations: [...resent.generations, ...resent.generations] }],
  ["broken", "two replies", { generations: resent.generations, streams: [stream(), stream(whole("Ho"))] }],
])("same-message-id: %s with %s", (verdict, _, changes) => {
  expect(judge(sameMessageId, { streams: [stream(), stream()], ...changes })).toMatchObject({ verdict });
});

test("a word is that of its canary, which what is said has, too", () => {
  expect(wordFrom("canary-bafokeludu")).toBe("bafokeludu");
  expect(repeatAfterMe("bafokeludu", 3)).toBe("Repeat after me: bafokeludu bafokeludu bafokeludu");
  expect(repeatAfterMe("bafokeludu", 3)).toMatch(CANARY);
});
