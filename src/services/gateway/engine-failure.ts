import { WireError } from "../../contract/wire-error.ts";
import { beginningOf } from "../stream/beginning-of-text.ts";
import { LONGEST_ERROR } from "./engine-deltas.ts";

/** An answer of an engine that is no reply. */
export interface EngineRefusal {
  readonly status: number;
  /** Its own words, as far as they could be read; empty where there were none. */
  readonly said: string;
  /** Its `Retry-After`, in seconds. */
  readonly retryAfterS?: number | undefined;
  /** Whether a key (setting `engine.api_key`) was shown. */
  readonly hasKey: boolean;
}

/** What an engine of any wire answered instead of a reply, as the contract's error. */
export function engineRefusalError({ status, said, retryAfterS, hasKey }: EngineRefusal): WireError {
  const words = beginningOf(said.trim(), LONGEST_ERROR) || `status ${status}`;
  if (status === 429) {
    const when = retryAfterS === undefined ? "in a moment" : `in ${retryAfterS} s`;
    return new WireError(
      "rate_limited",
      `The engine takes no more requests now: ${words}`,
      `Try again ${when}.`,
      {
        retryAfterS,
      },
    );
  }
  if (status === 503) {
    const hint = "Try again in a moment.";
    return new WireError("engine_unavailable", `The engine is busy: ${words}`, hint, { retryAfterS });
  }
  if (status === 401 || status === 403) {
    const what = hasKey ? "refused our key" : "asks for a key";
    return new WireError("engine_error", `The engine ${what}: ${words}`, SET_KEY);
  }
  if (status >= 400 && status < 500 && NOT_ABLE.test(words)) {
    return new WireError("not_able", `The engine refused the request: ${words}`, "Choose another model.");
  }
  const verb = status >= 500 ? "failed" : "refused the request";
  // LiteLLM answers so, in plain text, where no key is shown at all.
  const mayWantKey = status === 500 && !hasKey && words === "Internal Server Error";
  const hint = mayWantKey ? `Its log says more. If it asks for a key: ${SET_KEY}` : undefined;
  return new WireError("engine_error", `The engine ${verb}: ${words}`, hint);
}

const SET_KEY = "Set engine.api_key (STACK_ENGINE_API_KEY) to the key that the engine asks for.";

/** How engines say that a model cannot do what it is asked for: think, or see. */
const NOT_ABLE =
  /does(?:n't| not) support (?:thinking|reasoning|vision|images?|multimodal)|not (?:a )?multimodal|no (?:vision|multimodal)/i;
