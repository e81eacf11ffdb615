import { expect, test } from "vitest";
import type { HarEntry } from "../support/har.ts";
import { learn } from "../support/learn.ts";

const AT = "http://127.0.0.1:8000";

const ask = (q: string, id: string): HarEntry => ({
  request: `POST ${AT}/ask`,
  body: { chat: "c-yri26328fd", q },
  answer: { id },
});

const poll = (id: string, more: object): HarEntry => ({
  request: `GET ${AT}/status?id=${id}`,
  answer: { id, answer: "", ...more },
});

const WHOLE = "Rivers bring salt to it.";
const STOP: HarEntry = { request: `POST ${AT}/leave`, body: { id: "3fd3ffd1" }, answer: { ok: true } };

/** A reply that comes to its end, and one that is stopped, each as its answers say how it stands. */
function logOf(going: object, whole: object, stopped: object): HarEntry[] {
  return [
    ask("Why is the sea salty?", "15909564"),
    poll("15909564", going),
    poll("15909564", { ...whole, answer: WHOLE }),
    ask("Count to 200", "3fd3ffd1"),
    poll("3fd3ffd1", going),
    STOP,
    poll("3fd3ffd1", stopped),
  ];
}

const CANCEL = { request: "POST /leave", body: { id: "{reply}" } };

test("a polled reply that ends after the stop with a word of its own is done by it, and was cancelled", () => {
  const { wire, findings } = learn(...logOf({ state: "working" }, { state: "ok" }, { state: "stopped" }));
  expect(wire).toMatchObject({
    cancel: CANCEL,
    read: { request: "GET /status?id={reply}" },
    stream: {
      framing: "polled",
      text: { at: "answer" },
      done: [
        { where: { state: "ok" } },
        { where: { state: "stopped" }, reason: "state", reasons: { cancelled: ["stopped"] } },
      ],
    },
  });
  const cancel = findings.find(({ setting }) => setting === "cancel");
  expect(cancel?.bytes).toContain("while the reply of entry 5 came, which then ended early");
});

test("where a flag tells every end, a word beside it tells which one it is", () => {
  const { wire } = learn(
    ...logOf(
      { finished: false, how: "working" },
      { finished: true, how: "ok" },
      { finished: true, how: "left" },
    ),
  );
  expect(wire).toMatchObject({
    cancel: CANCEL,
    stream: {
      done: {
        where: { finished: true },
        reason: "how",
        reasons: { stop: ["ok"], cancelled: ["left"] },
      },
    },
  });
});

test("a reply that went on after a call was not ended by it", () => {
  const { wire } = learn(...logOf({ state: "working" }, { state: "ok" }, { state: "ok", answer: "1, 2, 3" }));
  expect(wire.stream?.done).toEqual({ where: { state: "ok" } });
  expect(wire.cancel).toBeUndefined();
});
