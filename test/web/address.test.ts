import * as fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf, parseAddress } from "../../web/address.ts";

test("no hash is the active conversation", () => {
  expect(parseAddress("")).toEqual({ page: "active" });
});

test("a new conversation has an address", () => {
  expect(parseAddress(addressOf(null))).toEqual({ page: "new" });
});

test("a conversation's address leads back to it", () => {
  const keys = fc.string({ minLength: 1, unit: "binary" });
  fc.assert(
    fc.property(keys, (sessionId) => {
      expect(parseAddress(addressOf(sessionId))).toEqual({ page: "conversation", sessionId });
    }),
  );
});

test("a broken escape is taken as it stands", () => {
  expect(parseAddress("#/c/%")).toEqual({ page: "conversation", sessionId: "%" });
});
