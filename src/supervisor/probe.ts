import { type IncomingMessage, request } from "node:http";
import { messageOf } from "../errors.ts";
import type { Address, Readiness } from "./types.ts";

/** The answer to one readiness probe. */
export interface ProbeResult {
  readonly ok: boolean;
  /** HTTP status, if there was an answer. */
  readonly status?: number;
  /** The body that `accept` was shown. */
  readonly body?: string;
  /** Why it is not ok, as the end of a sentence. */
  readonly error?: string;
  readonly latencyMs: number;
}

/** The most of a body that is shown to `accept`. */
const MOST_BODY_CHARS = 64 * 1024;

/**
 * Asks a service once whether it is ready; never throws.
 *
 * By node:http and without an agent: the probe is on the start-up path of short commands, where a client
 * library costs more than the question.
 */
export async function probe(address: Address, ready: Readiness, signal?: AbortSignal): Promise<ProbeResult> {
  const started = performance.now();
  const latencyMs = () => Math.round(performance.now() - started);
  const timeout = AbortSignal.timeout(ready.timeoutMs);
  try {
    const { status, body } = await get(address, ready, signal ? AbortSignal.any([signal, timeout]) : timeout);
    const ok = ready.accept ? ready.accept(status, body) : status >= 200 && status <= 299;
    return ok
      ? { ok, status, body, latencyMs: latencyMs() }
      : { ok, status, body, error: `not ready (status ${status})`, latencyMs: latencyMs() };
  } catch (error) {
    const text = timeout.aborted ? `no answer within ${ready.timeoutMs} ms` : plainWords(error);
    return { ok: false, error: text, latencyMs: latencyMs() };
  }
}

async function get(
  { host, port }: Address,
  { path, headers = {}, accept }: Readiness,
  signal: AbortSignal,
): Promise<{ status: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ host, port, path, headers, agent: false, signal }, resolve).on("error", reject).end();
  });
  try {
    const status = response.statusCode ?? 0;
    return { status, body: accept ? await bodyText(response) : "" };
  } finally {
    response.destroy();
  }
}

async function bodyText(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += chunk;
    if (text.length >= MOST_BODY_CHARS) break;
  }
  return text;
}

function plainWords(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ECONNREFUSED") return "connection refused";
  if (code === "ECONNRESET") return "connection closed without an answer";
  return messageOf(error);
}
