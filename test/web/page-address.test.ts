import * as fc from "fast-check";
import { expect, test } from "vitest";
import { newAddress, pagePathOf, parseAddress, tokenIn } from "../../web/page-address.ts";

test("/llm is the active conversation", () => {
  expect(parseAddress("/llm")).toEqual({ page: "active" });
});

test.each([null, 184])("a new conversation of profile %s has an address", (modelId) => {
  expect(pagePathOf({ sessionId: null, modelId })).toBe(newAddress(modelId));
  expect(parseAddress(newAddress(modelId))).toEqual({ page: "new", modelId });
});

test("a conversation's address leads back to it", () => {
  const keys = fc.string({ minLength: 1, unit: "binary" });
  const profiles = fc.option(fc.integer({ min: 1, max: 1e15 - 1 }));
  fc.assert(
    fc.property(keys, profiles, (sessionId, modelId) => {
      expect(parseAddress(pagePathOf({ sessionId, modelId }))).toEqual({
        page: "conversation",
        sessionId,
        modelId,
      });
    }),
  );
});

test.each(["0", "-1", "1.5", "x", "1e3", "1".repeat(16)])("%s is the key of no profile", (key) => {
  expect(parseAddress(`/m/${key}/new`)).toEqual({ page: "no-profile", key });
});

test.each(["/", "/api/models", "/assets/app.js", "/c/", "/c/1/2", "/m/1", "/m/1/c/", "/newer"])(
  "%s is no address of the page",
  (path) => {
    expect(parseAddress(path)).toBeUndefined();
  },
);

test("a broken escape is taken as it stands", () => {
  expect(parseAddress("/c/%")).toEqual({ page: "conversation", sessionId: "%", modelId: null });
});

test.each([
  ["#token=a%2Bb", "a+b"],
  ["#token=a+b=", "a+b="],
  ["#token=", ""],
  ["", null],
  ["#other", null],
])("the token in %j is %j", (hash, token) => {
  expect(tokenIn(hash)).toBe(token);
});
