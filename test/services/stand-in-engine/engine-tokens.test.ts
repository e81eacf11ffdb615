import fc from "fast-check";
import { expect, test } from "vitest";
import { countTokens, tokenId, tokensOf } from "../../../src/services/stand-in-engine/engine-tokens.ts";
import { anyText } from "../../support/arbitraries.ts";

test("tokens put together are exactly the text", () => {
  fc.assert(fc.property(anyText, (text) => [...tokensOf(text)].join("") === text));
});

test("no token is empty or half of a character", () => {
  fc.assert(
    fc.property(anyText, (text) =>
      [...tokensOf(text)].every((token) => token !== "" && token.isWellFormed()),
    ),
  );
});

test("tokens are counted as they are cut", () => {
  fc.assert(fc.property(anyText, (text) => countTokens(text) === [...tokensOf(text)].length));
});

test("a space goes with the word after it", () => {
  expect([...tokensOf("Two  words, 1\n")]).toEqual(["Two", " ", " words", ",", " 1", "\n"]);
});

test("an emoji stays whole", () => {
  expect([...tokensOf("a😀b")]).toEqual(["a", "😀", "b"]);
});

test("a token has the same id each time", () => {
  expect(tokenId(" word")).toBe(tokenId(" word"));
  expect(tokenId(" word")).not.toBe(tokenId(" world"));
});
