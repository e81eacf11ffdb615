import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { learnWire } from "../../src/learn/learn-wire.ts";
import type { NetworkLog } from "../../src/learn/network-log.ts";
import { readTapRecord } from "../../src/learn/tap-record.ts";

/** What a tap has recorded of a chat that somebody used: fixtures/recorded/README.md. */
function recorded(name: "form-and-lines" | "json-rpc"): NetworkLog {
  const file = new URL(`../../fixtures/recorded/learned/${name}.jsonl`, import.meta.url);
  const log = readTapRecord(name, readFileSync(file, "utf8"));
  if (log === undefined) throw new Error("it is a tap's record");
  return log;
}

test("what was called when the reader had left a reply did not end it: leaving did", () => {
  const { wire, findings } = learnWire(recorded("form-and-lines"));
  expect(wire.cancel).toBe("close");
  expect(findings.find(({ setting }) => setting === "cancel")?.where).toBe("exchange 17, POST /ask");
});
