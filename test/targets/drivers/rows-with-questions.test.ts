import { expect, test } from "vitest";
import { readRows } from "../../../src/targets/drivers/described-rows.ts";
import { requireConsistent } from "../../../src/targets/drivers/require-consistent-wire.ts";

const ANSWER = { status: 200, headers: {}, body: null, text: "" } as never;
const PAIRS = {
  request: "GET /t",
  list: "turns",
  question: "asked",
  text: "answer",
  status: "state",
  id: "n",
};

test("a row that holds a message with its reply is two, and one where the reply has not come", () => {
  const whole = { n: 7, asked: "Why?", answer: "So.", state: "done" };
  expect(readRows(whole, "c1", PAIRS, ANSWER)).toEqual([
    { session_id: "c1", role: "user", content: "Why?" },
    { session_id: "c1", role: "assistant", content: "So.", message_id: "7", status: "complete" },
  ]);
  expect(readRows({ ...whole, answer: null, state: "running" }, "c1", PAIRS, ANSWER)).toEqual([
    { session_id: "c1", role: "user", content: "Why?" },
  ]);
});

test("without a question rows have to say who speaks", () => {
  const { question: _, ...rows } = PAIRS;
  const wire = {
    service: "hmi" as const,
    send: { request: "POST /say" },
    stream: { framing: "text" as const },
  };
  expect(() => requireConsistent("mine", { ...wire, rows })).toThrow("has no role");
  expect(() => requireConsistent("mine", { ...wire, rows: PAIRS })).not.toThrow();
});
