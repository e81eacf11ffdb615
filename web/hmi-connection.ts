import { bearerHeader } from "../src/contract/caller-headers.ts";
import type { ErrorBody } from "../src/contract/common-schemas.ts";
import { ApiError } from "./api-error.ts";

export interface ConnectionOptions {
  /** Empty in the page, which calls the HMI that it came from. */
  readonly origin: string;
  /** Empty where nobody gave one. */
  readonly token: string;
  /** Called when the HMI asks for a token, or for another one than was `sent`. */
  onUnauthorized(sent: string): void;
}

/** What `fetch` takes, with its headers as a record. */
type CallInit = RequestInit & { readonly headers?: Readonly<Record<string, string>> };

/** The way to the HMI: every call goes through here, with the token of the user. */
export class HmiConnection {
  /** Sent with every call; empty where the stack asks for none. */
  token: string;
  readonly #origin: string;
  readonly #onUnauthorized: (sent: string) => void;

  constructor({ origin, token, onUnauthorized }: ConnectionOptions) {
    this.token = token;
    this.#origin = origin;
    this.#onUnauthorized = onUnauthorized;
  }

  /** `fetch`, with everything but a success thrown as an ApiError; an abort by the caller stays what it is. */
  async request(path: string, init: CallInit = {}): Promise<Response> {
    const sent = this.token;
    const headers = { ...init.headers, ...bearerHeader(sent) };
    let response: Response;
    try {
      response = await fetch(this.#origin + path, { ...init, headers });
    } catch (error) {
      if (error instanceof Error && error.name === "AbortError") throw error;
      if (error instanceof Error && error.name === "TimeoutError") throw late();
      throw hmiUnreachable();
    }
    if (response.ok) return response;
    const error = new ApiError(response.status, await errorOf(response));
    if (error.code === "unauthorized") this.#onUnauthorized(sent);
    throw error;
  }
}

/** There is no answer yet. That is no word about the HMI: a browser has six connections to it, for all its tabs. */
function late(): ApiError {
  return new ApiError(0, {
    code: LATE,
    message: "The HMI has not answered in time.",
    hint: "It may be busy, or this browser may have too many pages of it open. Retry in a moment.",
  });
}

/** The code of what took too long; see `isUnreachable`. */
const LATE = "hmi_late";

/** True where the HMI cannot be reached; what only took too long does not prove that. */
export function isUnreachable(error: ApiError): boolean {
  return error.status === 0 && error.code !== LATE;
}

/** The HMI is there, and yet this call had no answer. */
export function callLost(): ApiError {
  return new ApiError(0, {
    code: "call_lost",
    message: "The answer was lost on the way. The HMI itself answers.",
    hint: "Retry.",
  });
}

/** There is no answer, or none to its end. */
export function hmiUnreachable(): ApiError {
  return new ApiError(0, {
    code: "hmi_unreachable",
    message: "The HMI does not answer.",
    hint: "Start it with `stack up`.",
  });
}

async function errorOf(response: Response): Promise<ErrorBody["error"]> {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text) as Partial<ErrorBody>;
    if (error !== undefined) return error;
  } catch {
    // Something between the page and the HMI answered; its status is all there is to tell.
  }
  return {
    code: "bad_answer",
    message: `The HMI answered ${response.status} without saying why.`,
    hint: "Look into its log.",
  };
}
