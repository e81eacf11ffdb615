import { withoutSecretForm, withoutSecretJson } from "../text/secret-names.ts";
import type { RecordedChunk, RecordedExchange, RecordedPart } from "./recorded-exchange.ts";

/**
 * An exchange without the texts of secret fields in its bodies. A reply's stream stays as it passed: nobody logs in there,
 * and its text may stand in fields called `token`.
 */
export function withoutSecretBodies<Exchange extends RecordedExchange>(exchange: Exchange): Exchange {
  // A text frame is a JSON value by itself; what a page sends may let it in.
  if (exchange.status === 101) return { ...exchange, request: withoutSecretFrames(exchange.request) };
  return {
    ...exchange,
    request: withoutSecretFields(exchange.request),
    response: withoutSecretFields(exchange.response),
  };
}

function withoutSecretFields<Part extends RecordedPart>(part: Part): Part {
  const hide = HIDERS[part.headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? ""];
  if (hide === undefined || part.chunks.length === 0) return part;
  const whole = part.chunks.map(({ latin1 }) => latin1).join("");
  const shown = hide(whole, (secret) => "*".repeat(secret.length));
  return shown === whole ? part : { ...part, chunks: cutAlike(shown, part.chunks) };
}

function withoutSecretFrames<Part extends RecordedPart>(part: Part): Part {
  const hidden = part.chunks.map(({ at_ms, latin1 }) => ({
    at_ms,
    latin1: withoutSecretJson(latin1, (secret) => "*".repeat(secret.length)),
  }));
  return { ...part, chunks: hidden };
}

type HideFields = (text: string, hide: (secret: string) => string) => string;

/** By type of content. */
const HIDERS: Readonly<Record<string, HideFields>> = {
  "application/json": withoutSecretJson,
  "application/x-www-form-urlencoded": withoutSecretForm,
};

/** A text of the same length, cut where the chunks are. */
function cutAlike(text: string, chunks: readonly RecordedChunk[]): RecordedChunk[] {
  let at = 0;
  return chunks.map(({ at_ms, latin1 }) => {
    const start = at;
    at += latin1.length;
    return { at_ms, latin1: text.slice(start, at) };
  });
}
