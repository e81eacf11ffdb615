import { expect, test } from "vitest";
import { accepted } from "../../../src/checks/model-conversation/model-conversation-accepted.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { exchange, generalExchange, judge } from "./evidence.ts";

const refusal = (status: number, code: string | undefined) => ({
  expectedStatus: 404,
  expectedCode: "model_profile_not_found",
  value: "999",
  call: {
    request: "GET /api/chat/general-stream?model_id=999",
    status,
    body: code === undefined ? "data: {}" : { error: { code, message: "No." } },
    duration_ms: 1,
  },
});

const good = {
  accepted: [exchange(), generalExchange()],
  refused: [refusal(404, "model_profile_not_found")],
};

test("holds where right ones are answered 200 and wrong ones with their error", () => {
  expect(judge(accepted, good)).toEqual({
    verdict: "holds",
    seen: "a profile's and a general message answered 200; 999 refused by both endpoints",
  });
});

test.each([
  ["a profile is refused", exchange({ status: 404, refusal: { error: 1 } }), "200 for model_id 184"],
  ["a general message is refused", generalExchange({ status: 400 }), "200 for no model_id"],
])("broken where %s", (_, exchanged, expected) => {
  const verdict = judge(accepted, { ...good, accepted: [exchange(), exchanged] });
  expect(verdict).toMatchObject({ verdict: "broken", expected, seen: exchanged.seen });
});

test.each([
  ["a wrong one is accepted", refusal(200, undefined), "200 without an error code"],
  [
    "it is refused with another status",
    refusal(400, "model_profile_not_found"),
    "400 model_profile_not_found",
  ],
  ["it is refused with another code", refusal(404, "not_found"), "404 not_found"],
])("broken where %s", (_, refused, found) => {
  expect(judge(accepted, { ...good, refused: [...good.refused, refused] })).toEqual({
    verdict: "broken",
    expected: "404 model_profile_not_found for model_id=999",
    found,
    seen: refused.call.request,
  });
});

test.each([
  ["accepted", { ...good, accepted: [] }],
  ["refused", { ...good, refused: [] }],
])("no verdict where nothing was %s", (_, evidence) => {
  expect(() => judge(accepted, evidence)).toThrow(CouldNotRun);
});
