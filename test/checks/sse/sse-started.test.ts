import { expect, test } from "vitest";
import { started as startedCheck } from "../../../src/checks/sse/sse-started.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { judge } from "../model-conversation/evidence.ts";
import { asked, reply, started, stream, whole } from "./evidence.ts";

test("holds where a stream begins with who it is, also where the model is not known yet", () => {
  expect(judge(startedCheck, [reply()])).toMatchObject({ verdict: "holds" });
});

test("no verdict without replies", () => {
  expect(() => judge(startedCheck, [])).toThrow(CouldNotRun);
});

test.each([
  ["it is not there", whole().slice(1), "planning first, started 0 times"],
  ["it comes twice", [started, ...whole()], "started first, started 2 times"],
  [
    "it names another reply",
    [{ ...started, assistant_message_id: "4" }, ...whole().slice(1)],
    "assistant_message_id 4",
  ],
  ["it names another conversation", [{ ...started, session_id: "81" }, ...whole().slice(1)], "session_id 81"],
  ["it names another message", [{ ...started, message_id: null }, ...whole().slice(1)], "message_id null"],
  ["it names another model", [{ ...started, model: "phi3:mini" }, ...whole().slice(1)], "model phi3:mini"],
] as const)("broken where %s", (_, events, found) => {
  const one = reply({ stream: stream(events), generations: [asked({ model: "llama3.1:8b" })] });
  expect(judge(startedCheck, [one])).toMatchObject({ verdict: "broken", found });
});
