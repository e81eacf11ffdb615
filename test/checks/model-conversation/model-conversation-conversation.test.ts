import { expect, test } from "vitest";
import { conversation } from "../../../src/checks/model-conversation/model-conversation-conversation.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, generalExchange, judge } from "./evidence.ts";

test("holds where each conversation has the profile that was asked for", () => {
  expect(judge(conversation, [exchange(), generalExchange()])).toEqual({
    verdict: "holds",
    seen: "conversation 80, model_id 184; conversation 81, model_id null",
  });
});

test.each([
  ["a general conversation was used", exchange({ sessionId: "81" }), "conversation 81, model_id null"],
  ["another profile's was used", exchange({ sessionId: "90" }), "conversation 90, model_id 185"],
  [
    "a general message went to a profile",
    generalExchange({ sessionId: "80" }),
    "conversation 80, model_id 184",
  ],
  ["none is known", exchange({ sessionId: null }), "no conversation of this exchange"],
  ["a general message has none", generalExchange({ sessionId: null }), "no conversation of this exchange"],
  ["the one that was named is not there", exchange({ sessionId: "7" }), "no conversation of this exchange"],
])("broken where %s", (_, exchanged, found) => {
  expect(judge(conversation, [exchange(), exchanged])).toEqual({
    verdict: "broken",
    expected: `a conversation with model_id ${exchanged.asked.modelId ?? "null"}`,
    found,
    seen: exchanged.seen,
  });
});

test("no verdict without exchanges", () => {
  expect(() => judge(conversation, [])).toThrow(CouldNotRun);
});
