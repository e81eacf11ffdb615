import { expect, test } from "vitest";
import { oneActive } from "../../../src/checks/model-conversation/one-active.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge, session } from "./evidence.ts";

const good = { modelId: 184, statuses: [200, 409, 409], sessions: [session()] };

test("holds where one conversation is active and a message was accepted", () => {
  expect(judge(oneActive, good)).toEqual({
    verdict: "holds",
    seen: "3 first messages at once, 1 accepted; conversations of profile 184: 1",
  });
});

test("holds where others are there that are not active", () => {
  const sessions = [session(), session({ session_id: "79", active: false })];
  expect(judge(oneActive, { ...good, sessions })).toMatchObject({ verdict: "holds" });
});

test.each([
  ["two are active", { sessions: [session(), session({ session_id: "82" })] }, "2 active ones"],
  ["none is active", { sessions: [session({ active: false })] }, "0 active ones"],
  ["there is none", { sessions: [] }, "0 active ones"],
  [
    "two are active although none was accepted",
    { statuses: [500], sessions: [session(), session()] },
    "2 active ones",
  ],
])("broken where %s", (_, changes, found) => {
  const evidence = { ...good, ...changes };
  expect(judge(oneActive, evidence)).toMatchObject({
    verdict: "broken",
    expected: "one active conversation of profile 184",
    found,
    rows: evidence.sessions,
  });
});

test.each([[[]], [[500, 500]]])("no verdict where of %j none was accepted", (statuses) => {
  expect(() => judge(oneActive, { ...good, statuses })).toThrow(CouldNotRun);
  expect(() => judge(oneActive, { ...good, statuses, sessions: [] })).toThrow(CouldNotRun);
});
