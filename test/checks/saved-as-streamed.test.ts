import { expect, test } from "vitest";
import { cancelled } from "../../src/checks/persistence/persistence-cancelled.ts";
import { complete } from "../../src/checks/persistence/persistence-complete.ts";
import { readerLeft } from "../../src/checks/persistence/reader-left.ts";
import { savedAtDone } from "../../src/checks/persistence/saved-at-done.ts";
import { beginsWithText, isSavedAsStreamed, whiteSpaceWords } from "../../src/checks/saved-as-streamed.ts";
import { generation, judge, row } from "./model-conversation/evidence.ts";
import { stored } from "./persistence/evidence.ts";
import { executing, savedReply, stream, token, whole } from "./sse/evidence.ts";

const FOREIGN = { isForeign: true };

test.each([
  ["Hi there", "Hi there", true, true],
  ["Hi there", "Hi there\n", false, true],
  ["Hi there", "\n Hi there ", false, true],
  ["Hi there", "Hi  there", false, false],
  ["Hi ther", "Hi there", false, false],
  ["", " ", false, true],
  [undefined, "", false, false],
])("%j is saved of %j: by the contract %s, elsewhere %s", (saved, streamed, byContract, elsewhere) => {
  expect(isSavedAsStreamed(saved, streamed, {})).toBe(byContract);
  expect(isSavedAsStreamed(saved, streamed, FOREIGN)).toBe(elsewhere);
});

test("where a text only begins with another, white space at its ends is treated alike", () => {
  expect(beginsWithText("one two", "one ", {})).toBe(true);
  expect(beginsWithText("one", "one ", {})).toBe(false);
  expect(beginsWithText("one", "one ", FOREIGN)).toBe(true);
  // Saved with the white space that it was streamed with.
  expect(beginsWithText(" one two", " one", FOREIGN)).toBe(true);
  expect(beginsWithText("two", "one ", FOREIGN)).toBe(false);
});

test("other white space is told, and nothing else is", () => {
  expect(whiteSpaceWords("Hi", "Hi\n")).toContain("other white space at its ends");
  expect(whiteSpaceWords("Hi", "Hi")).toBe("");
  expect(whiteSpaceWords("H", "Hi")).toBe("");
  expect(whiteSpaceWords(undefined, "Hi")).toBe("");
});

test("all claims about a saved text go by the one rule", () => {
  const said = stream(whole("Hi "));
  const rows = [row(), savedReply()];
  const look = { stream: said, rows };
  expect(judge(savedAtDone, [look]).verdict).toBe("broken");
  expect(judge(savedAtDone, [{ ...look, ...FOREIGN }])).toMatchObject({
    verdict: "holds",
    seen: expect.stringContaining("other white space at its ends"),
  });
  const foreign = { ...look, replay: null, speaksContract: false };
  expect(judge(complete, stored({ ...look, replay: said })).verdict).toBe("broken");
  expect(judge(complete, stored(foreign)).verdict).toBe("holds");
  const halted = stream([executing, token("Hi "), { type: "done", finish_reason: "cancelled" }]);
  const cut = { ...foreign, stream: halted, rows: [row(), savedReply({ status: "cancelled" })] };
  expect(judge(cancelled, stored(cut)).verdict).toBe("holds");
  const left = { ...foreign, stream: stream([executing, token("Hi ")], { end: "given-up" }) };
  const further = [row(), savedReply({ content: "Hi you" })];
  // A little more than was read was on its way, unless the engine wrote the reply to its end; a request before it was another one.
  const cutLater = { ...left, rows: [row(), savedReply({ content: "Hi you", status: "cancelled" })] };
  const asked = (...ends: ("done" | "aborted")[]) => ends.map((ended) => ({ ...generation(""), ended }));
  expect(judge(cancelled, stored({ ...cutLater, generations: asked("done", "aborted") })).verdict).toBe(
    "holds",
  );
  expect(judge(cancelled, stored({ ...cutLater, generations: asked("done") })).verdict).toBe("broken");
  expect(judge(readerLeft, stored({ ...left, rows: further })).verdict).toBe("holds");
  // What only lacks the white space did not go on.
  expect(judge(readerLeft, stored({ ...left, rows })).verdict).toBe("broken");
});
