import { expect, test } from "vitest";
import { EventLog } from "../../../src/services/stream/event-log.ts";
import { FinishedLogs } from "../../../src/services/stream/retain-finished-logs.ts";
import { eventually } from "../../support/streams.ts";

function finishedLog(chars: number): EventLog {
  const log = new EventLog("m");
  log.append({ type: "token", content: "x".repeat(chars) }, { type: "done", finish_reason: "stop" });
  return log;
}

test("a finished log is kept for its time, and then forgotten once", async () => {
  const forgotten: number[] = [];
  const logs = new FinishedLogs({ keep_finished_ms: 10, keep_finished_bytes: 1_000_000 });
  logs.keep(finishedLog(10), () => forgotten.push(1));
  expect(forgotten).toEqual([]);
  await eventually(() => expect(forgotten).toEqual([1]));
});

test("where all of them take more than the limit, the oldest are forgotten first", () => {
  const forgotten: number[] = [];
  const logs = new FinishedLogs({ keep_finished_ms: 60_000, keep_finished_bytes: 350_000 });
  for (let number = 1; number <= 5; number += 1) {
    logs.keep(finishedLog(100_000), () => forgotten.push(number));
  }
  expect(forgotten).toEqual([1, 2]);
  // One that alone takes more than all may: nothing else is kept for it, nor it.
  logs.keep(finishedLog(400_000), () => forgotten.push(6));
  expect(forgotten).toEqual([1, 2, 3, 4, 5, 6]);
  logs.keep(finishedLog(100_000), () => forgotten.push(7));
  expect(forgotten).toHaveLength(6);
});
