import { recordStep } from "../harness/record-steps.ts";

/** One request to a service of the target: what a check has done, so that a person can do it again. */
export interface RequestStep {
  /** The service's URL, without a slash at its end. */
  readonly base: string;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  /** Sent as JSON, a text as it is; undefined for none. */
  readonly body: unknown;
  /** Those that the check chose; neither the token nor those that every call has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly isStream: boolean;
  /** Whether the target's token went with it. It is in no step itself. */
  readonly hasToken: boolean;
  /** What was answered; undefined while nothing is. */
  answer: unknown;
}

/** Notes a request in the record of the check that makes it; its answer is filled in later. */
export function noteRequest(request: Omit<RequestStep, "answer">): RequestStep {
  const step: RequestStep = { ...request, answer: undefined };
  recordStep(step);
  return step;
}
