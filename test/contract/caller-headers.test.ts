import { expect, test } from "vitest";
import { bearerHeader, bearerTokenIn } from "../../src/contract/caller-headers.ts";

test("a token comes out of its header as it went in", () => {
  const { authorization } = bearerHeader("a!~b=/+");
  expect(authorization).toBe("Bearer a!~b=/+");
  expect(bearerTokenIn(authorization)).toBe("a!~b=/+");
});

test.each([undefined, ""])("without a token (%j) there is no header", (token) => {
  expect(bearerHeader(token)).toEqual({});
});

test.each([undefined, "", "Bearer", "Bearer ", "Bearertoken", "Basic token", "token", "Bearer two tokens"])(
  "in %j there is no token",
  (header) => expect(bearerTokenIn(header)).toBeUndefined(),
);
