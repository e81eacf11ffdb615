import { setTimeout as sleep } from "node:timers/promises";

/** How long one try is waited for, in milliseconds. */
const ANSWER_MS = 5_000;
const PAUSE_MS = 300;

export interface PatientRequest {
  readonly authorization: Readonly<Record<string, string>>;
  /** Posted, where there is one. */
  readonly body?: object;
}

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
  { authorization, body }: PatientRequest,
): Promise<PatientAnswer> {
  let last = "nobody was asked";
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await fetch(url, {
        method: body === undefined ? "GET" : "POST",
        headers: { ...authorization, ...(body && { "content-type": "application/json" }) },
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status === 200) return { json: JSON.parse(text), tries };
      last = `${answer.status} ${text.slice(0, 300)}`;
      if (answer.status < 500 && answer.status !== 429) break;
    } catch (error) {
      last = String(error);
    }
    if (performance.now() > until()) break;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${url}: ${last}`);
}
