import { hash } from "node:crypto";
import type { ChatRequest } from "../../contract/gateway-schemas.ts";

/**
 * What a request asks to have answered, in a few characters: which conversation, text, history, pictures and model.
 * Two requests with the same key are the same one, sent again, only where these are the same.
 */
export function requestFingerprint({ session_id, model, content, messages, images }: ChatRequest): string {
  const asked = [session_id, model ?? null, content, messages ?? null, images ?? null];
  return hash("sha256", JSON.stringify(asked), "base64");
}
