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

/**
 * The same, taken when it is first asked for, and the request not kept any longer: a long history takes a moment, in which no
 * first token should have to wait.
 */
export function fingerprintLater(request: ChatRequest): () => string {
  let asked: ChatRequest | undefined = request;
  let fingerprint = "";
  return () => {
    if (asked !== undefined) fingerprint = requestFingerprint(asked);
    asked = undefined;
    return fingerprint;
  };
}
