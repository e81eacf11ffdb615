import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { ForeignContract } from "../../src/contract/foreign-back-end.ts";
import { examine } from "../../src/doctor/run-doctor.ts";
import { rungOf } from "../support/doctor.ts";
import { startTestEngine } from "../support/gateway.ts";
import { ODD_WIRE, startOddBackEnd } from "../support/odd-back-end.ts";
import { PLAIN_TEXT_WIRE, startPlainTextChat } from "../support/plain-text-chat.ts";

async function examineDescribed(hmi: string, engine: string, wire: NonNullable<ForeignContract["wire"]>) {
  return await examine({
    config: DEFAULT_CONFIG,
    env: {},
    urls: { hmi, engine },
    contract: { ...DEFAULT_CONFIG.contract, driver: "described", wire },
    signal: new AbortController().signal,
  });
}

test("a reply that is left open is found as soon as the engine has nothing to do any more", async () => {
  const engine = await startTestEngine();
  const { url, close } = await startOddBackEnd(engine, ["never-ends"]);
  onTestFinished(close);
  const report = await examineDescribed(url, engine, ODD_WIRE);
  const rung = rungOf(report, "hmi/reply");
  expect(rung).toMatchObject({ status: "broken", problem: { code: "reply_unended" } });
  expect(rung.text).toContain("and never said that it is done, though the engine has nothing to do any more");
  expect(report.left_behind).toEqual([]);
}, 60_000);

test("a reply in one piece that came at its end is held back; its cancel is not tried", async () => {
  const engine = await startTestEngine();
  const url = await startPlainTextChat(engine, { fault: "holds-back" });
  const report = await examineDescribed(url, engine, PLAIN_TEXT_WIRE);
  const rung = rungOf(report, "hmi/pace");
  expect(rung).toMatchObject({ status: "broken", problem: { code: "buffered" } });
  expect(rung.text).toMatch(
    /^a reply of 1 piece came within 0 ms, after \d+ ms of nothing, which the engine wrote over \d+ ms: it is held back$/,
  );
  expect(rungOf(report, "hmi/cancel").status).toBe("not_tried");
}, 60_000);
