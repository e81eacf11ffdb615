import { setTimeout as sleep } from "node:timers/promises";
import { AUTHORIZATION } from "./cluster.ts";

/** How long one try is waited for, in milliseconds. */
const ANSWER_MS = 5_000;
const PAUSE_MS = 300;

export interface PatientAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: whoever asks says by its use what the shape is.
  readonly json: any;
  /** How often it was asked. */
  readonly tries: number;
}

/**
 * Asks until it is answered 200, as a person does who tries again: what may be done twice only. Throws where it is refused for
 * good, or nobody has answered at that time on the clock of `performance.now()`.
 */
export async function callPatiently(
  url: string,
  until: () => number,
  request: { readonly method: "GET" } | { readonly method: "POST"; readonly body: unknown },
): Promise<PatientAnswer> {
  let last = "nobody was asked";
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await fetch(url, {
        method: request.method,
        headers: {
          ...AUTHORIZATION,
          ...(request.method === "POST" && { "content-type": "application/json" }),
        },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(request.method === "POST" && { body: JSON.stringify(request.body) }),
      });
      const body = await answer.text();
      if (answer.status === 200) return { json: JSON.parse(body), tries };
      last = `${answer.status} ${body.slice(0, 300)}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      last = String(error);
    }
    if (performance.now() > until()) break;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${request.method} ${url}: ${last}`);
}
