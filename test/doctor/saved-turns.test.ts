import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { ODD_WIRE, type OddFault, startOddBackEnd } from "../support/odd-back-end.ts";
import { traceUrls } from "../support/trace.ts";

const CONTRACT = { ...DEFAULT_CONFIG.contract, driver: "described", wire: ODD_WIRE };

test.each<[OddFault, string, string]>([
  ["title-beside", "message and reply are saved, and read back as they were", "passes"],
  ["row-beside", "one turn is saved more than once: beside the reply an empty row of it", "saved_twice"],
  [
    "roles-swapped",
    "a turn is shown under other roles than it was said in: the message stands there as the assistant's, the reply as the person's",
    "wrong_roles",
  ],
  ["streams-little", "the saved reply has more than what was streamed: ", "lost_text"],
])("doctor and trace say the same of the rows of a back end: %s", async (fault, words, kind) => {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine, [fault]);
  onTestFinished(close);
  const config = { ...DEFAULT_CONFIG, contract: CONTRACT };
  const { signal } = new AbortController();
  const report = await examine({ config, env: {}, urls: { hmi: url, engine }, contract: CONTRACT, signal });
  expect(rungOf(report, "hmi/stored").text).toContain(words);
  const { diagnosis } = await traceUrls({ hmi: url, engine, contract: CONTRACT });
  expect(diagnosis.kind).toBe(kind);
});

test("a deletion that is answered and not done is broken for both, beside what it leaves behind", async () => {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine, ["deletes-nothing"]);
  onTestFinished(close);
  const config = { ...DEFAULT_CONFIG, contract: CONTRACT };
  const { signal } = new AbortController();
  const report = await examine({ config, env: {}, urls: { hmi: url, engine }, contract: CONTRACT, signal });
  const words = "the deletion was answered as done, and it is still listed";
  expect(report.ok).toBe(false);
  expect(report.left_behind[0]).toContain(words);
  expect(rungOf(report, "hmi/deletion")).toMatchObject({
    status: "broken",
    text: expect.stringContaining(words),
    problem: { code: "not_deleted" },
  });
  const { ok, diagnosis } = await traceUrls({ hmi: url, engine, contract: CONTRACT });
  expect({ ok, kind: diagnosis.kind }).toEqual({ ok: false, kind: "not_deleted" });
  expect(diagnosis.sentence).toContain(words);
});
