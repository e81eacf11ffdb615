import { expect, test } from "vitest";
import { describeAsked } from "../../src/checks/models/ask-by-model.ts";
import { names } from "../../src/checks/models/models-names.ts";
import { conversationInWords, rowStateInWords } from "../../src/checks/row-words.ts";
import type { SeenRow } from "../../src/targets/drivers/reply-facts.ts";
import { judge } from "./model-conversation/evidence.ts";

const bare: SeenRow = { session_id: "80", role: "assistant", content: "Hi" };

test("what was not told leaves no hole in a sentence", () => {
  expect(conversationInWords("5")).toBe("conversation 5");
  expect(conversationInWords(null)).toBe("a conversation whose id was not told");
  expect(rowStateInWords({ ...bare, status: "complete" })).toBe("a row complete");
  expect(rowStateInWords({ ...bare, status_said: "kaput" })).toBe('a row "kaput"');
  expect(rowStateInWords(bare)).toBe("a row without a status");
  expect(rowStateInWords(undefined)).toBe("no row");
});

test.each([
  [undefined, ""],
  [null, ", and left no row"],
  [bare, ", and left a row without a status"],
  [{ ...bare, status: "complete", model_name: null }, ", and left a row complete, by no model"],
  [{ ...bare, status: "complete", model_name: "phi" }, ", and left a row complete, by phi"],
] as const)("a message for a model, of which nobody tells the conversation, with the row %j", (row, left) => {
  const asked = {
    sessionId: null,
    model: "phi",
    ended: "done",
    error: null,
    atEngine: ["qwen"],
    row,
    isOtherWire: true,
  };
  expect(describeAsked(asked)).toBe(
    `a message for "phi" in a conversation whose id was not told ended with done${left}`,
  );
  const isInRow = row != null && "model_name" in row;
  expect(judge(names, [asked])).toMatchObject({
    expected: isInRow ? "phi at the engine and in the row" : "phi at the engine",
    found: isInRow ? `qwen at the engine, ${row.model_name ?? "none"} in the row` : "qwen at the engine",
  });
});
