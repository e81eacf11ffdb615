import { expect, expectTypeOf, test } from "vitest";
import type * as z from "zod";
import { asSeenPart, type SeenPart } from "../../../src/reporters/html/evidence-schemas.ts";
import type { SeenEvidence } from "../../../src/targets/seen-evidence.ts";
import { answer } from "../../checks/cancel/evidence.ts";
import { generation } from "../../checks/model-conversation/evidence.ts";
import { stream } from "../../checks/sse/evidence.ts";

test("what a target was seen to do is what a report draws", () => {
  expectTypeOf<SeenEvidence>().toExtend<z.input<typeof SeenPart>>();
  for (const seen of [answer(200, {}), stream(), generation("")]) {
    expect(asSeenPart(seen)).toMatchObject({ kind: seen.kind });
  }
});

test("what says nothing of itself, or something else, is no part", () => {
  const { kind: _, ...silent } = stream();
  for (const value of [silent, { kind: "stream" }, { ...stream(), kind: "text" }, { kind: 7 }]) {
    expect(asSeenPart(value)).toBe(undefined);
  }
});
