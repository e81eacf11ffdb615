import { recordStep } from "../harness/record-steps.ts";

/** What was asked of a service, as its client sent it. */
export interface SentRequest {
  /** The service's URL, without a slash at its end. */
  readonly base: string;
  readonly method: string;
  /** With the query, as it was sent. */
  readonly path: string;
  /** Sent as JSON, a text as it is; undefined for none. */
  readonly body: unknown;
  /** The fields of a form that the body is, whatever its type; undefined where it is none. */
  readonly form?: readonly FormField[] | undefined;
  /** Those that the check chose; neither the token nor those that every call has. */
  readonly headers: Readonly<Record<string, string>>;
}

export type FormField = readonly [name: string, value: string];

/** How whoever calls was let in: a person has to do that first. */
export interface SignIn {
  /** In their order. */
  readonly calls: readonly SignInCall[];
  /** The same for all that one caller signs in. */
  readonly caller: { readonly name: string; readonly secret: string };
}

/** One of the calls by which somebody was let in. */
export interface SignInCall {
  readonly request: SentRequest;
  /** What its answer told; none where cookies do. */
  readonly told: readonly ToldBySignIn[];
}

/** A value that a later call shows. */
export interface ToldBySignIn {
  /** `token`, or the name that the login has for it. */
  readonly name: string;
  /** Where it stands: in the body, a header, a page or a cookie. */
  readonly place: string;
  readonly value: string;
}

/** One request to a service of the target: what a check has done, so that a person can do it again. */
export interface RequestStep extends SentRequest {
  readonly isStream: boolean;
  /** Shown as a bearer; empty for none. */
  readonly token: string;
  /** Undefined where nobody had to be let in. */
  readonly signIn?: SignIn | undefined;
  /** After how long a stream was left before its end, in milliseconds; undefined where it was not. */
  left_ms?: number;
  /** What was said on a WebSocket after its message, such as what ends the reply, with how long after, in milliseconds. */
  saidLater?: readonly { readonly frame: unknown; readonly after_ms: number }[];
  /** Undefined while nothing is answered. */
  status: number | undefined;
  /** What was answered; undefined while nothing is. */
  answer: unknown;
}

/** Notes a request in the record of the check that makes it; what is answered is filled in later. */
export function noteRequest(request: Omit<RequestStep, "status" | "answer">): RequestStep {
  const step: RequestStep = { ...request, status: undefined, answer: undefined };
  recordStep(step);
  return step;
}
