import { textAt } from "./json-place.ts";

/** What a part of a message is. */
type PartKind = "text" | "thought";

/** Where parts say what they are, and where they have their text: `{type: "text", text}`, `{type: "thinking", thinking}`. */
const KIND_PLACES = ["type", "kind", "part_kind"] as const;
const TEXT_PLACES = ["text", "content", "thinking", "reasoning", "value"] as const;

const TEXT = /^(?:(?:input|output)[_-]?)?(?:text|markdown|string|content)$/i;
const THOUGHT = /think|thought|reason/i;

/**
 * What is said, or what was thought, in a message that is a list of parts, as OpenAI's and Vercel's have it: the texts of those
 * parts joined. What is of other kinds, such as calls of tools and files, is no text. Undefined where it is no such list.
 */
export function textInParts(value: unknown, wanted: PartKind): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts = value.map(partOf);
  if (parts.includes(undefined)) return undefined;
  return parts.map((part) => (part?.kind === wanted ? part.text : "")).join("");
}

function partOf(value: unknown): { readonly kind: PartKind | "other"; readonly text: string } | undefined {
  if (typeof value === "string") return { kind: "text", text: value };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const word = KIND_PLACES.map((place) => textAt(value, place)).find((each) => each !== null);
  const text = TEXT_PLACES.map((place) => textAt(value, place)).find((each) => each !== null) ?? "";
  return { kind: word == null ? "text" : kindBy(word), text };
}

function kindBy(word: string): PartKind | "other" {
  if (THOUGHT.test(word)) return "thought";
  return TEXT.test(word) ? "text" : "other";
}
