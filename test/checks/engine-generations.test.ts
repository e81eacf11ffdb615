import { expect, test } from "vitest";
import { answering } from "../../src/checks/engine-generations.ts";
import { generation } from "./model-conversation/evidence.ts";

const user = (content: string) => ({ role: "user" as const, content });
const assistant = (content: string) => ({ role: "assistant" as const, content });

test("a message is found in each request that asks for its reply, also for a second one after the first", () => {
  const first = generation("", [user("Hello")]);
  const again = generation("", [user("Hello"), assistant("Hi")]);
  const next = generation("", [user("Hello"), assistant("Hi"), user("And?")]);
  expect(answering("Hello", [first, again, next])).toEqual([first, again]);
  expect(answering("And?", [first, again, next])).toEqual([next]);
});

test("a title that is asked for with the message in it is no request for its reply", () => {
  const asked = generation("", [user("Hello")]);
  const title = generation("", [user("A title for: USER: Hello")]);
  expect(answering("Hello", [asked, title])).toEqual([asked]);
  // A template may stand around it: then that is how it was asked.
  expect(answering("Hello", [title])).toEqual([title]);
});

test("a line that directs the stand-in is no part of what was asked", () => {
  const directed = generation("", [user('Hello\nstand_in_options: {"stand_in_tokens":2}')]);
  expect(answering("Hello", [directed])).toEqual([directed]);
});
