import { expect, test } from "vitest";
import { scriptedReply } from "../../../src/services/engine/script.ts";

const say = (content: string): string => scriptedReply([{ role: "user", content }]);

test.each([
  ["Count to 5", "1, 2, 3, 4, 5"],
  ["please count up to 3.", "1, 2, 3"],
  ["Count from 8 to 11", "8, 9, 10, 11"],
  ["count from 3 to 1", "3, 2, 1"],
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

test("markdown is shown with a heading, a list and a fenced block", () => {
  expect(say("Show me some Markdown")).toMatch(/^# .*^- .*^```ts$.*^```$/ms);
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
