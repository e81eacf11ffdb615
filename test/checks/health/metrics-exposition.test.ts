import { expect, test } from "vitest";
import { readExposition, sumOf } from "../../../src/checks/health/metrics-exposition.ts";

test("samples, types and labels are read, and comments passed over", () => {
  const text = [
    "# HELP streams Streams that ended.",
    "# TYPE streams counter",
    'streams{reason="stop",who="a \\"b\\""} 3',
    'streams{reason="error"} 1 1395066363000',
    "",
  ].join("\n");
  const exposition = readExposition(text);
  expect(exposition).toEqual({
    samples: [
      { name: "streams", labels: { reason: "stop", who: 'a \\"b\\"' }, value: 3 },
      { name: "streams", labels: { reason: "error" }, value: 1 },
    ],
    types: { streams: "counter" },
    wrong: [],
  });
  expect(sumOf(exposition, "streams")).toBe(4);
});

test.each([
  ["+Inf", Number.POSITIVE_INFINITY],
  ["-Inf", Number.NEGATIVE_INFINITY],
  ["NaN", Number.NaN],
  ["1.5e-3", 0.0015],
])("%s is a value", (text, value) => {
  expect(readExposition(`a ${text}`).samples).toEqual([{ name: "a", labels: {}, value }]);
});

test.each(["a", "a b", "1a 2", "a  1", '{"a": 1}', "<html>"])("%s is no sample", (line) => {
  expect(readExposition(line)).toMatchObject({ samples: [], wrong: [line] });
});
