import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { CANARY, CANARY_BYTES, canaryOf, syllablesOf } from "../../src/text/canary-word.ts";

test("a canary is five syllables, the same for the same bytes, and ends in u", () => {
  const bytes = Uint8Array.of(0x00, 0x21, 0x52, 0x73, 0xf3);
  expect(syllablesOf(bytes)).toBe("bafojilazo");
  expect(canaryOf(bytes)).toBe("canary-bafojilazu");
});

test("every canary is recognised, with what may follow it", () => {
  for (let count = 0; count < 200; count += 1) {
    const canary = canaryOf(randomBytes(CANARY_BYTES));
    expect(canary).toMatch(/^canary-[a-z]{10}$/);
    expect(canary.replace("canary-", "Repeat after me: ")).toMatch(CANARY);
    for (const text of [canary, `Hello ${canary}`, `${canary}-of-a`, `Say OK, ${canary}.`, `"${canary}"`])
      expect(text).toMatch(CANARY);
  }
});

test("canaries of earlier versions are recognised", () => {
  expect("Hello canary-0a1b2c3d4e5f").toMatch(CANARY);
  expect("canary-0a1b2c3d-of-b").toMatch(CANARY);
});

test.each([
  "canary-islands",
  "canary-deployments",
  "canary-literature",
  "canary-bafokeludux",
  "a canary-",
  "canary-7",
  "bafokeludu",
])("what people write is none: %s", (text) => {
  expect(`How is ${text} meant?`).not.toMatch(CANARY);
});
