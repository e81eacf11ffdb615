import { createHash } from "node:crypto";
import type { ChatMessage } from "./scripted-reply.ts";

/** How many digits of a picture's digest tell it from any other. */
const DIGITS = 12;

/** The digests of all pictures in these messages, in order: the start of each one's SHA-256. */
export function imageDigests(messages: readonly ChatMessage[]): string[] {
  return messages.flatMap(({ images = [] }) => images.map(digestOf));
}

/** What a seeing model says of the pictures it was given; "" where there are none. */
export function whatIsSeen(digests: readonly string[]): string {
  if (digests.length === 0) return "";
  return `I see ${digests.length} ${digests.length === 1 ? "image" : "images"}: ${digests.join(", ")}.`;
}

function digestOf(image: Uint8Array): string {
  return createHash("sha256").update(image).digest("hex").slice(0, DIGITS);
}
