import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import type { WireSettings } from "../../src/contract/wire-description.ts";
import { NotObservable } from "../../src/harness/target-errors.ts";
import { whyNotObservable } from "../../src/targets/why-not-observable.ts";

const STATUS = new NotObservable("the rows do not tell status", [
  "contract.wire.rows.status",
  "contract.store_names: messages.status",
]);
const USAGE = new NotObservable("nobody counts", [
  "contract.wire.stream.usage.completion",
  "contract.wire.rows.completion_tokens",
]);
const ROWS = { request: "GET /rows", list: "", text: "t", role: "r" };
const SEND = { request: "POST /say", body: { text: "{text}" } };

const told = (
  error: NotObservable,
  wire: WireSettings,
  { driver = "described", hasStore = false, names = {} } = {},
) =>
  whyNotObservable(error, {
    contract: { ...DEFAULT_CONFIG.contract, driver, wire, store_names: names },
    hasStore,
  });

test("a setting that is not set is named, and one that is set is told to be no help", () => {
  expect(told(STATUS, { send: SEND, rows: ROWS })).toBe(
    "the rows do not tell status (contract.wire.rows.status would say)",
  );
  expect(told(STATUS, { send: SEND, rows: { ...ROWS, status: "state" } })).toBe(
    "the rows do not tell status: contract.wire.rows.status is set, and does not tell it here",
  );
  const byRules = [{ of: "a" }, { of: "end", completion: "n" }];
  expect(told(USAGE, { send: SEND, rows: ROWS, stream: { framing: "sse", usage: byRules } })).toBe(
    "nobody counts: contract.wire.stream.usage.completion is set, and does not tell it here; contract.wire.rows.completion_tokens would say, too",
  );
  const both = {
    send: SEND,
    rows: { ...ROWS, completion_tokens: "n" },
    stream: { framing: "sse", usage: byRules },
  };
  expect(told(USAGE, both as WireSettings)).toBe(
    "nobody counts: contract.wire.stream.usage.completion and contract.wire.rows.completion_tokens are set, and do not tell it here",
  );
});

test("settings that do not count on this target are not named", () => {
  const history = { send: { ...SEND, body: { messages: "{history}" } } };
  expect(told(STATUS, history)).toBe("the rows do not tell status");
  expect(told(STATUS, {}, { driver: "ours" })).toBe("the rows do not tell status");
  expect(told(STATUS, {}, { driver: "open-webui" })).toBe("the rows do not tell status");
  const store = { hasStore: true };
  expect(told(STATUS, { send: SEND, rows: ROWS }, store)).toBe(
    "the rows do not tell status (contract.store_names: messages.status would say)",
  );
  expect(told(STATUS, { send: SEND }, { ...store, names: { "messages.status": "state" } })).toBe(
    "the rows do not tell status: contract.store_names: messages.status is set, and does not tell it here",
  );
});
