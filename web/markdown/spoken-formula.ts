import type { MarkedToken, Token, Tokens } from "marked";
import { decodeEntities } from "./html-entities.ts";
import { legibleText } from "./text-direction.ts";

/** What a screen reader is told of a block: its words, each item, row and line of code on a line of its own. */
export function spokenBlock(block: Token): string {
  return lines(block as MarkedToken)
    .map((line) => legibleText(line).trim())
    .filter((line) => line !== "")
    .join("\n");
}

function lines(token: MarkedToken): string[] {
  switch (token.type) {
    case "blockquote":
      return token.tokens.flatMap((inner) => lines(inner as MarkedToken));
    case "code":
      return token.text.split("\n");
    case "def":
    case "hr":
    case "space":
      return [];
    case "list":
      return token.items.flatMap(itemLines);
    case "table":
      return [token.header, ...token.rows].map((row) => row.map(({ tokens }) => words(tokens)).join(", "));
    default:
      return [wordsOf(token)];
  }
}

function itemLines({ task, checked, tokens }: Tokens.ListItem): string[] {
  const state = checked === true ? "Done: " : "To do: ";
  const [first = "", ...rest] = tokens
    .filter(({ type }) => type !== "checkbox")
    .flatMap((inner) => lines(inner as MarkedToken));
  return [task ? state + first : first, ...rest];
}

function words(tokens: readonly Token[]): string {
  return tokens.map((token) => wordsOf(token as MarkedToken)).join("");
}

function wordsOf(token: MarkedToken): string {
  if (token.type === "codespan" || token.type === "escape") return token.text;
  if (token.type === "br") return "\n";
  if ("tokens" in token && token.tokens !== undefined) return words(token.tokens);
  return decodeEntities("text" in token ? token.text : token.raw);
}
