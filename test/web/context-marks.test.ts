import { expect, test } from "vitest";
import type { Message } from "../../src/contract/hmi-schemas.ts";
import { contextMarks, summariesIn } from "../../web/context-marks.ts";
import { reply, user } from "./rows.ts";

/** The marks of a conversation with these rows. */
function marksIn(...rows: readonly Message[]) {
  return contextMarks({
    messages: rows.filter(({ message_type }) => message_type === "chat"),
    summaries: summariesIn(rows),
  });
}

const trimmed = (left_out: number) =>
  reply("d", { notices: [{ code: "context_trimmed", message: "m", left_out }] });
const summaryUntil = ({ message_id }: Message, text = "the gist"): Message => ({
  ...user(text),
  role: "system",
  message_type: "summary",
  covers_until: message_id,
});

test("what was left out is marked: so many messages with a text, the oldest", () => {
  const failed = reply("", { status: "error" });
  expect(marksIn(user("a"), reply("b"), user("c"), trimmed(2)).firstGiven).toBe(2);
  expect(marksIn(user("a"), failed, user("b"), reply("b"), user("c"), trimmed(2)).firstGiven).toBe(3);
  expect(marksIn(user("a"), trimmed(1), user("b"), reply("c"))).toEqual({
    summary: null,
    summarised: 0,
    firstGiven: 0,
  });
});

test("a summary stands before the first message that it does not stand for", () => {
  const [one, two] = [reply("b"), reply("d")];
  const rows = [user("a"), one, user("c"), two, user("e"), reply("f")];
  const marks = marksIn(...rows, summaryUntil(one, "1"), summaryUntil(two, "2"));
  expect(marks).toMatchObject({ summary: { text: "2" }, summarised: 4, firstGiven: 0 });
  // One that stands for what is not shown, or for nobody knows what, is none.
  expect(marksIn(...rows, summaryUntil(reply("gone")), { ...user("?"), message_type: "summary" })).toEqual({
    summary: null,
    summarised: 0,
    firstGiven: 0,
  });
});

test("what was left out was left out after the summary that there was by then", () => {
  const first = reply("b");
  const talk = [user("a"), first, user("c"), reply("d"), user("e")];
  const before = marksIn(...talk, summaryUntil(first), user("f"), trimmed(2));
  expect(before).toMatchObject({ summarised: 2, firstGiven: 4 });
  const wider = reply("d");
  const after = marksIn(user("a"), first, user("c"), wider, user("e"), trimmed(2), summaryUntil(wider));
  expect(after).toMatchObject({ summarised: 4, firstGiven: 0 });
});
