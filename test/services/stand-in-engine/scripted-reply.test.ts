import { expect, test } from "vitest";
import { scriptedReply } from "../../../src/services/stand-in-engine/scripted-reply.ts";

const say = (content: string): string => scriptedReply([{ role: "user", content }]);

test.each([
  ["Count to 5", "1, 2, 3, 4, 5"],
  ["please count up to 3.", "1, 2, 3"],
  ["Count from 8 to 11", "8, 9, 10, 11"],
  ["count from 3 to 1", "3, 2, 1"],
  ["Count from 9 to 11 in Chinese", "九, 一〇, 一一"],
  ["Say Count to 5", "Count to 5"],
  ["Repeat after me: <b>ü</b>\nand more ", "<b>ü</b>\nand more "],
])("%j is answered with %j", (asked, reply) => {
  expect(say(asked)).toBe(reply);
});

test("a count has at most 1000 numbers", () => {
  expect(say("Count to 999999999").split(", ")).toHaveLength(1000);
});

test.each(["Hi", "hello there!", "Good morning."])(
  "the greeting %j is answered with what this is",
  (asked) => {
    expect(say(asked)).toMatch(/^Hello! .*stand-in.*scripted.*Count to 5/);
  },
);

test.each([
  ["a heading", /^# \w/m],
  ["a list with a level below", /^- .*\n {2}- /m],
  ["a table", /^\| :-- \|/m],
  ["code in a language", /^```ts$[^`]*^```$/m],
  ["a link", /\[a link\]\(https:/],
  ["a quote", /^> /m],
])("markdown is shown with %s", (_, pattern) => {
  expect(say("Show me some Markdown")).toMatch(pattern);
});

test.each(["help", "Help me!", "What can you do?", "what can I ask here?"])(
  "%j is answered with what can be asked",
  (asked) => {
    expect(say(asked)).toMatch(/Count to 5.*Show me Markdown/s);
  },
);

test("all that the help names is understood", () => {
  const named = [...say("help").matchAll(/`([A-Z][^`]+)`/g)].map(([, words = ""]) => words);
  expect(named).toEqual([
    "Hello",
    "Count to 5",
    "Count from 8 to 3",
    "Count to 9 in Chinese",
    "Say good night",
    "Show me Markdown",
  ]);
  for (const words of named) expect(say(words)).not.toContain("You wrote");
});

test.each([
  ["User: Count to 5\n\nAssistant: 1, 2\n\nUser: Count to 2\n\nAssistant:", "1, 2"],
  ["User: Say a\n\nb\n\nAssistant:", "a\n\nb"],
  ["User: Say User: a\n\nAssistant:", "User: a"],
  ["Say Assistant:", "Assistant:"],
])("of the transcript %j only the last turn is answered", (transcript, reply) => {
  expect(say(transcript)).toBe(reply);
});

test("a request for a summary is answered with the number of lines of the transcript", () => {
  const reply = scriptedReply([
    { role: "system", content: "Summarise the conversation below." },
    { role: "user", content: "user: Count to 5\nassistant: 1, 2\n\nuser: say no" },
  ]);
  expect(reply).toBe('Scripted summary: the transcript has 3 lines. It opens with "user: Count to 5".');
});

test("a system prompt that holds an earlier summary is not a request for one", () => {
  const reply = scriptedReply([
    { role: "system", content: "You help.\n\nWhat was said before, in short:\nScripted summary: 3 lines." },
    { role: "user", content: "Count to 2" },
  ]);
  expect(reply).toBe("1, 2");
});

test("only the last message of the user is answered", () => {
  const reply = scriptedReply([
    { role: "user", content: "Count to 5" },
    { role: "assistant", content: "Count to 4" },
    { role: "user", content: "Count to 2" },
    { role: "system", content: "Count to 3" },
  ]);
  expect(reply).toBe("1, 2");
});

test("anything else is quoted, and the answer says that it is scripted", () => {
  expect(say("Why is\nthe sky blue?")).toMatch(/^You wrote "Why is the sky blue\?"\. .*scripted/);
});

test("a quote is cut at a whole character", () => {
  const reply = say("😀".repeat(100));
  expect(reply.isWellFormed()).toBe(true);
  expect(reply).toContain(`"${"😀".repeat(60)}…"`);
});

test("an empty message is answered too", () => {
  expect(say(" ")).toMatch(/^You wrote nothing\. /);
});
