import { describe, expect, test } from "vitest";
import type { Context } from "../../src/checks/contract-conversations.ts";
import { answering, requireLongEnough } from "../../src/checks/engine-generations.ts";
import { NotObservable } from "../../src/harness/target-errors.ts";
import type { ReplyFact } from "../../src/targets/drivers/reply-facts.ts";
import type { SeenStream } from "../../src/targets/http-client.ts";
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

describe("a reply that ended before what was waited for", () => {
  const ended = (end: string, ...facts: ReplyFact[]) => ({ facts, end }) as unknown as SeenStream;
  const judging =
    (stream: SeenStream, ...capabilities: string[]) =>
    () =>
      requireLongEnough(
        { target: { capabilities: new Set(capabilities) } } as unknown as Context,
        stream,
        "its third token",
      );
  const words: ReplyFact = { kind: "text", text: "All said." };
  const stopped = ended("closed", words, { kind: "done", reason: "stop" });

  test("of a model that nobody directs, is no fault of a stack", () => {
    expect(judging(stopped)).toThrow(NotObservable);
    expect(judging(stopped)).toThrow(
      "the model ended its reply before its third token came, with done (stop)",
    );
  });

  test.each([
    ["is one of an engine that was told how long it has to be", stopped, ["direct the engine"]],
    ["came without a text", ended("closed", { kind: "done", reason: "stop" }), []],
    ["was cut", ended("cut", words), []],
    ["failed", ended("closed", words, { kind: "done", reason: "error" }), []],
  ])("is still told where it %s", (_, stream, capabilities) => {
    expect(judging(stream, ...capabilities)).not.toThrow();
  });
});
