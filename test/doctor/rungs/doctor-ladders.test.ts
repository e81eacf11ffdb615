import { expect, test } from "vitest";
import { type ExaminedStack, openExamination } from "../../../src/doctor/doctor-context.ts";
import { hmiReachesGateway } from "../../../src/doctor/rungs/dependency-rungs.ts";
import { ladder } from "../../../src/doctor/rungs/doctor-ladders.ts";

test("a stack of ours without a gateway has no rung of one", async () => {
  const stack = stackOf({ engine: "http://127.0.0.1:1", hmi: "http://127.0.0.1:2" });
  expect(new Set(ladder(stack, true).map(({ service }) => service))).toEqual(new Set(["engine", "hmi"]));
  expect(await hmiReachesGateway.look(stack)).toMatchObject({
    status: "skipped",
    text: expect.stringContaining("has no gateway that is known here"),
  });
});

function stackOf(urls: Parameters<typeof openExamination>[0]["urls"]): ExaminedStack {
  return openExamination({
    urls,
    origins: {},
    states: {},
    agent: "a",
    token: "",
    engineApi: "chat",
    engineKey: "",
    model: "m",
    heartbeatMs: 15_000,
    contract: undefined,
    signal: new AbortController().signal,
  }).stack;
}
