import { createHash } from "node:crypto";
import type { GenerationRecord } from "../contract/engine-schemas.ts";

/** What is read of a request for a reply, whatever wire it was sent by. */
export type AskedFacts = Pick<
  GenerationRecord,
  "model" | "messages" | "prompt" | "system" | "options" | "think" | "images"
>;

/** What an answer tells so far. */
export interface AnswerFacts {
  /** Lines or events that hold text. */
  readonly tokens: number;
  /** The text of the reply so far. */
  readonly text: string;
  /** Whether the engine has said its last word. */
  readonly isWhole: boolean;
  readonly counted: GenerationRecord["counted"];
}

/** Fields of JSON that anybody may have written. */
export type Fields = Readonly<Record<string, unknown>>;

export function jsonFieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** The object that a text holds as JSON; undefined where it holds none. */
export function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? jsonFieldsOf(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The pictures of a request as the stand-in's record has them: the first 12 hexadecimal digits of each one's SHA-256. */
export function digestsOf(pictures: unknown): string[] {
  const given = Array.isArray(pictures) ? pictures.filter((each) => typeof each === "string") : [];
  return given.map((base64) =>
    createHash("sha256").update(Buffer.from(base64, "base64")).digest("hex").slice(0, 12),
  );
}
