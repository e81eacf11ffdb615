/** An answer that is an error: `{"error": text}` with this status. The texts are Ollama's own. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly status: number;

  constructor(status: number, text: string, options?: ErrorOptions) {
    super(text, options);
    this.status = status;
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
  return new EngineError(503, "server busy, please try again.  maximum pending requests exceeded");
}
