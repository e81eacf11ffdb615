import { expect, test } from "vitest";
import { summary } from "../../../src/checks/model-conversation/model-conversation-summary.ts";
import { NotObservable } from "../../../src/harness/target-errors.ts";
import { generation, judge, row } from "./evidence.ts";

const dialogue = Array.from({ length: 62 }, (_, index) => row({ content: `message ${index}` }));

const summaryRow = row({ message_type: "summary", role: "system", content: "In short: pumps." });

/** The prompt that follows, with these of the dialogue's messages. */
const prompt = (system: string, messages = dialogue.slice(-30)) => [
  generation(
    system,
    messages.map(({ content }) => ({ role: "user", content })),
  ),
];

const good = {
  sessionId: "80",
  modelId: 184,
  summaries: [summaryRow],
  waitedMs: 900,
  exchangeMs: 80,
  dialogue,
  nextPrompt: prompt("What was said before: In short: pumps."),
};

test("holds where the summary is in the conversation, and the next prompt has it and the last 30", () => {
  expect(judge(summary, good)).toEqual({
    verdict: "holds",
    seen: "conversation 80 grew to 62 messages and got its summary",
  });
});

test("where prompts cannot be seen, holds by the place of the summary alone, and says so", () => {
  expect(judge(summary, { ...good, nextPrompt: undefined })).toEqual({
    verdict: "holds",
    seen: expect.stringContaining("the prompt after it cannot be seen"),
  });
});

test.each([
  [
    "it is in the general conversation",
    [{ ...summaryRow, session_id: "81", model_id: null }],
    "a summary in conversation 81, model_id null",
  ],
  ["it has no model_id", [{ ...summaryRow, model_id: null }], "a summary in conversation 80, model_id null"],
])("broken where %s", (_, summaries, found) => {
  expect(judge(summary, { ...good, summaries })).toMatchObject({
    verdict: "broken",
    expected: "a summary in conversation 80, model_id 184",
    found,
    rows: summaries,
  });
});

test.each([
  ["the summary", prompt("You help."), "no summary, 0 of the last messages missing"],
  [
    "one of the last messages",
    prompt("In short: pumps.", dialogue.slice(-29)),
    "the summary, 1 of the last messages missing",
  ],
  ["everything", [], "no summary, 30 of the last messages missing"],
])("broken where the next prompt lacks %s", (_, nextPrompt, found) => {
  expect(judge(summary, { ...good, nextPrompt })).toMatchObject({
    verdict: "broken",
    expected: "the next prompt holds the summary and the last 30 messages verbatim",
    found,
  });
});

test("is not judged where none came in time, and says how long that was", () => {
  const nothing = { ...good, summaries: [], waitedMs: 60_004, exchangeMs: 2_400 };
  const words =
    "no summary came within 60 s, where an exchange takes 2400 ms: nothing is known of where one is written";
  expect(() => judge(summary, nothing)).toThrow(new NotObservable(words));
});
