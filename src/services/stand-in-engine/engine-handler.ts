import type { IncomingMessage, ServerResponse } from "node:http";
import type { Engine } from "./engine-instance.ts";

/** One request and its answer, as a handler gets them. */
export interface EngineExchange {
  readonly engine: Engine;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stands in the path where its pattern has a `:name`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Aborted when the connection closes: the client left, and nobody needs the answer. */
  readonly signal: AbortSignal;
}

/** Answers one endpoint. An EngineError that it throws is sent as Ollama sends its errors. */
export type EngineHandler = (exchange: EngineExchange) => void | Promise<void>;
