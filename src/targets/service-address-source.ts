import type { SERVICE_TITLES } from "./service-titles.ts";

/** Where a service's address is from, and who starts it: what there is to do where nobody answers there. */
export interface ServiceAddressSource {
  /** What names its address: `--hmi`, `engine.url`, `hmi.host and hmi.port`. */
  readonly namedBy: string;
  /** Whether nobody has named it, so that it is where ours would be; left out: no. */
  readonly isDefault?: boolean;
  /** Whether `stack up` starts it. */
  readonly isStartedByStack: boolean;
}

/** The origins of a target's services, as far as they are known. */
export type ServiceAddressSources = { readonly [Name in keyof typeof SERVICE_TITLES]?: ServiceAddressSource };

/** Node's words for an address at which there is nobody. */
const NOBODY_THERE = /\b(?:ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)\b/;

/** Whether a call failed because nothing listens at its address, and not because what is there does not answer. */
export function isNobodyThere(error: string): boolean {
  return NOBODY_THERE.test(error);
}

/**
 * What to do about a service that does not answer.
 *
 * @param origin undefined where nobody knows who starts it
 * @param error of the call that it did not answer, in words
 */
export function adviceForSilence(
  name: keyof typeof SERVICE_TITLES,
  origin: ServiceAddressSource | undefined,
  error: string,
): string {
  const flag = `--${name}`;
  if (origin?.isStartedByStack) return `Run \`stack up\` first, or name another one with ${flag}.`;
  const todo = isNobodyThere(error) ? "Nothing listens there: start it" : "Look at what is there";
  if (origin === undefined || origin.namedBy === flag) return `${todo}, or name another one with ${flag}.`;
  return `${todo}. Its address is from ${origin.namedBy}; ${flag} names another one.`;
}
