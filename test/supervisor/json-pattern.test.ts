import fc from "fast-check";
import { expect, test } from "vitest";
import { mismatchOf } from "../../src/supervisor/json-pattern.ts";
import type { JsonPattern } from "../../src/supervisor/service-spec.ts";

test.each<[unknown, JsonPattern, boolean]>([
  [{ status: "ok", more: 1 }, { status: "ok" }, true],
  [{ status: "loading" }, { status: "ok" }, false],
  [{}, { status: "ok" }, false],
  [[], {}, false],
  [null, {}, false],
  [{ a: { b: [1, { c: 2, d: 3 }] } }, { a: { b: [1, { c: 2 }] } }, true],
  [[1, 2], [1], false],
  [[1], [1, 2], false],
  [[1, 2], [1, "*"], true],
  [{ version: "0.5" }, { version: "*" }, true],
  [{ version: false }, { version: "*" }, true],
  [{ version: null }, { version: "*" }, false],
  [{}, { version: "*" }, false],
  [null, null, true],
  [0, null, false],
  [1, "1", false],
  [{}, { constructor: "*" }, false],
])("%j meets %j: %s", (value, pattern, expected) => {
  expect(mismatchOf(value, pattern) === undefined).toBe(expected);
});

test.each<[unknown, JsonPattern, string]>([
  [{ status: "loading" }, { status: "ok" }, 'status is "loading" and not "ok"'],
  [{ a: {} }, { a: { b: 1 } }, "a.b is missing and not 1"],
  [{ a: [1, 3] }, { a: [1, 2] }, "a.1 is 3 and not 2"],
  [7, { a: 1 }, "it is no object"],
])("the first place that is not as asked is named: %j, %j", (value, pattern, text) => {
  expect(mismatchOf(value, pattern)).toBe(text);
});

test("any JSON without a null meets itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(mismatchOf(value, value as JsonPattern)).toBeUndefined();
    }),
  );
});
