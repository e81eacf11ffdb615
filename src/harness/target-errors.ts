/**
 * A call to what the target lacks, by the contract that was given for it: what becomes of the check that made
 * the call is for that contract to say.
 */
export class MissingEndpoint extends Error {
  override readonly name = "MissingEndpoint";
  /** The endpoint, by the name that settings know it by. */
  readonly endpoint: string;
  /** `POST /chat/{session_id}/cancel`. */
  readonly call: string;
  readonly becomes: "skipped" | "broken";
  /** What was answered instead; undefined where nobody asked. */
  readonly answered: string | undefined;

  constructor(endpoint: string, call: string, becomes: "skipped" | "broken", answered?: string) {
    super(`this target has no ${call} (contract.lacks: ${endpoint})`);
    this.endpoint = endpoint;
    this.call = call;
    this.becomes = becomes;
    this.answered = answered;
  }
}

/** How the reason of a claim ends that nothing would let be judged on this target. */
export const NEVER_JUDGED = "no setting would change that";

/**
 * What a claim is about is not told by this target: the claim is not judged. The message says which call or field is
 * missing, and which settings would supply it; whether one of them is set already, whoever knows the target can say.
 */
export class NotObservable extends Error {
  override readonly name = "NotObservable";
  /** Which call or field is missing. */
  readonly what: string;
  /** Each of which would say where it stands; empty where none would. */
  readonly settings: readonly string[];

  constructor(what: string, settings: readonly string[] = []) {
    super(settings.length === 0 ? what : `${what} (${settings.join(" or ")} would say)`);
    this.what = what;
    this.settings = settings;
  }
}
