/** An answer that is an error: `{"error": text}` with this status. The texts are Ollama's own. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly status: number;
  /** For `Retry-After`, in seconds; undefined where nothing is said. */
  readonly retryAfterS: number | undefined;

  constructor(
    status: number,
    text: string,
    options: ErrorOptions & { retryAfterS?: number | undefined } = {},
  ) {
    super(text, options);
    this.status = status;
    this.retryAfterS = options.retryAfterS;
  }
}

export function missingBody(): EngineError {
  return new EngineError(400, "missing request body");
}

export function modelRequired(): EngineError {
  return new EngineError(400, "model is required");
}

export function invalidModelName(): EngineError {
  return new EngineError(400, "invalid model name");
}

export function modelNotFound(name: string): EngineError {
  return new EngineError(404, `model '${name}' not found`);
}

/** A name that ends in `:cloud` or `-cloud`: this engine never leaves the machine. */
export function cloudDisabled(what: string): EngineError {
  return new EngineError(403, `ollama cloud is disabled: ${what}`);
}

/** A model's full name and what it cannot do, such as `tools`. */
export function notCapable(name: string, capability: string): EngineError {
  return new EngineError(400, `${name} does not support ${capability}`);
}

/** The two spaces are Ollama's (server/sched.go). */
export function serverBusy(): EngineError {
  return new EngineError(503, SERVER_BUSY);
}

/** A prompt that is longer than the window, where the request forbids to cut it (runner/llamarunner/runner.go). */
export function inputTooLong(): EngineError {
  return new EngineError(400, "the input length exceeds the context length");
}

/** What the stand-in was told to refuse with; Ollama's text where it has one for this status. */
export function toldToRefuse(status: number, retryAfterS: number | undefined): EngineError {
  return new EngineError(status, REFUSALS[status] ?? "the stand-in was told to refuse", { retryAfterS });
}

const SERVER_BUSY = "server busy, please try again.  maximum pending requests exceeded";

const REFUSALS: Readonly<Record<number, string>> = { 429: "too many requests", 503: SERVER_BUSY };
