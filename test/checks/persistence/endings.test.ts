import { describe, expect, test } from "vitest";
import { oneReply } from "../../../src/checks/persistence/one-reply.ts";
import { cancelled } from "../../../src/checks/persistence/persistence-cancelled.ts";
import { complete } from "../../../src/checks/persistence/persistence-complete.ts";
import { failed } from "../../../src/checks/persistence/persistence-failed.ts";
import { settled } from "../../../src/checks/persistence/persistence-settled.ts";
import { keptMessage } from "../../../src/checks/persistence/persistence-user-message.ts";
import { readerLeft } from "../../../src/checks/persistence/reader-left.ts";
import { rowUsage } from "../../../src/checks/persistence/row-usage.ts";
import { CouldNotRun } from "../../../src/harness/define-check.ts";
import { cancelledEvents } from "../cancel/evidence.ts";
import { judge, row } from "../model-conversation/evidence.ts";
import {
  done,
  error,
  executing,
  failing,
  planning,
  savedReply,
  stream,
  token,
  whole,
} from "../sse/evidence.ts";
import { stored } from "./evidence.ts";

describe("complete", () => {
  test("holds where streamed, stored and read again are one text", () => {
    expect(judge(complete, stored())).toEqual({
      verdict: "holds",
      seen: "complete: 2 characters streamed, and the stream ended with done (stop)",
    });
  });

  test.each([
    [
      "the row has less",
      { rows: [savedReply({ content: "H" })] },
      "a row complete (stop) with 1 characters; read again 2",
    ],
    ["the row has other text", { rows: [savedReply({ content: "Ho" })] }, "with 2 characters that differ"],
    ["the row has another status", { rows: [savedReply({ status: "streaming" })] }, "a row streaming"],
    ["there is no row", { rows: [row()] }, "no row of a reply"],
    [
      "the HMI shows another one than its store holds",
      { history: [row(), savedReply({ content: "H" })] },
      "read again 2 characters; what is shown of it is a row complete (stop) with 1 characters",
    ],
    ["it is read again with less", { replay: stream(whole("H")) }, "read again 1 characters"],
  ])("broken where %s", (_, changes, found) => {
    expect(judge(complete, stored(changes))).toMatchObject({
      verdict: "broken",
      found: expect.stringContaining(found),
    });
  });

  test("no verdict where the reply did not come to its end", () => {
    expect(() => judge(complete, stored({ stream: stream(whole().slice(0, 4)) }))).toThrow(CouldNotRun);
  });
});

test("cancelled: as far as it was streamed, and cancelled", () => {
  const streams = { stream: stream(cancelledEvents()), replay: stream(cancelledEvents()) };
  const saved = savedReply({ status: "cancelled", finish_reason: "cancelled" });
  expect(judge(cancelled, stored({ ...streams, rows: [row(), saved] })).verdict).toBe("holds");
  expect(judge(cancelled, stored({ ...streams, rows: [row(), { ...saved, content: "" }] })).verdict).toBe(
    "broken",
  );
  expect(judge(cancelled, stored({ ...streams, rows: [row(), savedReply()] })).verdict).toBe("broken");
  expect(() => judge(cancelled, stored())).toThrow(CouldNotRun);
});

test("reader left: the row goes on where the reader stopped", () => {
  const left = stream(whole().slice(0, 3), { end: "given-up" });
  expect(judge(readerLeft, stored({ stream: left })).verdict).toBe("holds");
  for (const changes of [
    { content: "H" },
    { content: "Ho!", status: "streaming" },
    { content: "" },
    { content: "Xi" },
  ] as const) {
    expect(judge(readerLeft, stored({ stream: left, rows: [savedReply(changes)] })).verdict).toBe("broken");
  }
  expect(judge(readerLeft, stored({ stream: left, replay: left })).verdict).toBe("broken");
  expect(() => judge(readerLeft, stored())).toThrow(CouldNotRun);
});

describe("failed", () => {
  const events = [planning, executing, token("H"), token("i"), failing, error, done("error")];
  const saved = savedReply({
    status: "error",
    finish_reason: "error",
    error: { code: "engine_error", message: "It failed." },
  });
  const afterText = stored({
    name: "failed by cut after 3 tokens",
    stream: stream(events),
    replay: stream(events),
    rows: [row(), saved],
  });

  test("holds where the text before the failure is kept, with what failed", () => {
    expect(judge(failed, [afterText]).verdict).toBe("holds");
  });

  test.each([
    ["the row is called complete", { rows: [savedReply()] }],
    ["the row does not say what failed", { rows: [{ ...saved, error: null }] }],
    ["the text is lost in the row", { rows: [{ ...saved, content: "" }] }],
    ["the text was not streamed", { stream: stream([planning, executing, failing, error, done("error")]) }],
    ["the stream says that all is well", { stream: stream() }],
    ["there is no row", { rows: [row()] }],
  ])("broken where %s", (_, changes) => {
    expect(judge(failed, [{ ...afterText, ...changes }]).verdict).toBe("broken");
  });

  test("broken where text came in spite of a failure before it", () => {
    const name = "failed by error after 0 tokens";
    expect(judge(failed, [{ ...afterText, name }]).verdict).toBe("broken");
  });
});

test("the message: once, as it was sent, wherever it stands", () => {
  expect(judge(keptMessage, [stored()]).verdict).toBe("holds");
  expect(judge(keptMessage, [stored({ rows: [savedReply(), row()] })]).verdict).toBe("holds");
  for (const rows of [[savedReply()], [row(), row(), savedReply()], [row({ content: "Hell" })]]) {
    expect(judge(keptMessage, [stored({ rows })]).verdict).toBe("broken");
  }
});

test("one reply: neither none nor two", () => {
  expect(judge(oneReply, [stored()]).verdict).toBe("holds");
  expect(judge(oneReply, [stored(), stored({ rows: [row()] })]).verdict).toBe("broken");
  expect(judge(oneReply, [stored({ rows: [row(), savedReply(), savedReply()] })]).verdict).toBe("broken");
});

test("settled: nothing is left streaming", () => {
  expect(judge(settled, [stored()]).verdict).toBe("holds");
  expect(judge(settled, [stored({ rows: [savedReply({ status: "streaming" })] })]).verdict).toBe("broken");
});

test("usage: the row's are the stream's", () => {
  expect(judge(rowUsage, [stored()]).verdict).toBe("holds");
  expect(judge(rowUsage, [stored({ rows: [savedReply({ usage: null })] })]).verdict).toBe("broken");
  expect(judge(rowUsage, [stored({ rows: [savedReply({ finish_reason: "length" })] })]).verdict).toBe(
    "broken",
  );
  expect(() => judge(rowUsage, [stored({ stream: stream(cancelledEvents()) })])).toThrow(CouldNotRun);
});

test.each([failed, keptMessage, oneReply, settled, rowUsage])(
  "$id has no verdict without replies",
  (check) => {
    expect(() => judge(check, [])).toThrow(CouldNotRun);
  },
);
