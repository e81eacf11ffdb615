import { expect, test } from "vitest";
import { otherWire } from "../../src/targets/open-driver-services.ts";

test.each([
  ["described", "speaks a wire described in contract.wire: no setting would change that"],
  ["openai", "speaks the wire of the driver openai: no setting would change that"],
])(
  "a claim that only the contract's own words can be judged by says what is missing: %s",
  (driver, words) => {
    expect(otherWire(driver)).toContain("calls or fields that only docs/contract.md defines");
    expect(otherWire(driver)).toContain(words);
  },
);
