import * as fc from "fast-check";
import { expect, test } from "vitest";
import { placeLabels } from "../../../src/reporters/html/placed-labels.ts";

const label = (at: number, text: string) => ({ at, text, kind: "name" });

test("a label stands to the right of its place, at the end of the line to the left", () => {
  const [left] = placeLabels([label(0, "planning")]);
  const [right] = placeLabels([label(1, "done")]);
  expect(left).toMatchObject({ row: 0, anchor: "start" });
  expect(right).toMatchObject({ row: 0, anchor: "end" });
});

test("labels at one place are read from the top", () => {
  const texts = ["cancelled", "usage", "done"];
  for (const at of [0, 1]) {
    const placed = placeLabels(texts.map((text) => label(at, text)));
    expect(placed.toSorted((a, b) => b.row - a.row).map(({ text }) => text)).toEqual(texts);
  }
});

test("labels in one row do not touch on a narrow screen", () => {
  const labels = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(30)));
  fc.assert(
    fc.property(labels, (places) => {
      const placed = placeLabels(places.map(([at, length]) => label(at, "x".repeat(length))));
      const spans = placed.map(({ at, text, anchor, row }) => {
        const left = at * 280 - (anchor === "end" ? text.length * 6.3 : 0);
        return { row, left, right: left + text.length * 6.3 };
      });
      for (const a of spans)
        for (const b of spans)
          if (a !== b && a.row === b.row) expect(a.right <= b.left || b.right <= a.left).toBe(true);
    }),
  );
});
