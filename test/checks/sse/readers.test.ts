import { expect, test } from "vitest";
import { gatewayJoin } from "../../../src/checks/sse/gateway-join.ts";
import { oneGeneration } from "../../../src/checks/sse/one-generation.ts";
import { readAgain } from "../../../src/checks/sse/read-again.ts";
import type { ReconnectedReader } from "../../../src/checks/sse/reconnected-readers.ts";
import { reconnect } from "../../../src/checks/sse/sse-reconnect.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge, row } from "../model-conversation/evidence.ts";
import {
  asked,
  complete,
  done,
  executing,
  planning,
  savedReply,
  stream,
  token,
  usage,
  whole,
} from "./evidence.ts";

const REST = stream([token("cd"), complete, usage, done()]);

function comeback(changes: Partial<ReconnectedReader> = {}): ReconnectedReader {
  return {
    door: "message",
    whole: "abcd",
    lastEventId: "9:4",
    before: stream([planning, executing, token("ab")]).events,
    during: REST,
    after: REST,
    rows: [row(), savedReply()],
    generations: [asked()],
    message: "Hello",
    ...changes,
  };
}

test.each([reconnect, oneGeneration])(
  "$id holds where each reader got the rest, from one request",
  (check) => {
    expect(judge(check, [comeback(), comeback({ door: "gateway", rows: [] })])).toMatchObject({
      verdict: "holds",
    });
  },
);

test.each([
  ["text comes again", { during: stream(whole("abcd")) }, '"abcd", done(stop)'],
  ["text is missing", { during: stream([token("d"), complete, usage, done()]) }, '"d", done(stop)'],
  ["there is no done after the end", { after: stream([token("cd")]) }, '"cd", token'],
  ["it is refused", { during: stream([], { status: 409 }) }, '"", answered 409'],
])("reconnect: broken where %s", (_, changes, found) => {
  expect(judge(reconnect, [comeback(changes)])).toMatchObject({ verdict: "broken", found });
});

test.each([
  [
    "the engine was asked again",
    { generations: [asked(), asked()] },
    "requests to the engine: 2; messages: 1",
  ],
  [
    "the message stands there twice",
    { rows: [row(), savedReply(), row()] },
    "requests to the engine: 1; messages: 2",
  ],
])("one-generation: broken where %s", (_, changes, found) => {
  expect(judge(oneGeneration, [comeback(changes)])).toMatchObject({ verdict: "broken", found });
});

test("no verdict without comebacks, or without the engine's record", () => {
  expect(() => judge(reconnect, [])).toThrow(CouldNotRun);
  expect(() => judge(oneGeneration, [comeback({ generations: null })])).toThrow(CouldNotRun);
});

const reading = (changes: object = {}) => ({
  stream: stream(),
  rows: [row(), savedReply()],
  requests: 1,
  ...changes,
});

test.each([
  ["the text is another", { stream: stream(whole("Ho")) }, '"Ho", done(stop)'],
  ["there is no done", { stream: stream([planning]) }, '"", done(never)'],
  ["the engine was asked", { requests: 2 }, "requests: 2, before 1; rows as they were"],
  ["a row changed", { rows: [row(), savedReply({ content: "Ho" })] }, "requests: 1, before 1; rows changed"],
])("read-again: broken where %s the second time", (_, changes, found) => {
  expect(judge(readAgain, { first: reading(), second: reading() })).toMatchObject({ verdict: "holds" });
  expect(judge(readAgain, { first: reading(), second: reading(changes) })).toMatchObject({
    verdict: "broken",
    found,
  });
});

test("gateway-join: holds where both got the same, broken where the GET is refused or lacks text", () => {
  expect(judge(gatewayJoin, { begun: stream(), joined: stream() })).toMatchObject({ verdict: "holds" });
  const refused = stream([], { status: 501 });
  expect(judge(gatewayJoin, { begun: stream(), joined: refused })).toMatchObject({ found: "status 501" });
  expect(judge(gatewayJoin, { begun: stream(), joined: stream(whole("i")) })).toMatchObject({ found: '"i"' });
});
