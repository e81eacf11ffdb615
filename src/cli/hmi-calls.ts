import type { Config } from "../config/config-schema.ts";
import { urlOf } from "../contract/address.ts";
import { bearerHeader, PROGRAM_HEADER } from "../contract/caller-headers.ts";
import { ErrorBody } from "../contract/common-schemas.ts";
import { EXIT } from "../errors/exit-codes.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { serviceAddressSources } from "../launch/service-address-sources.ts";
import { adviceForSilence } from "../targets/service-address-source.ts";
import { parseServiceUrl } from "./service-url.ts";

/** Whose calls they are, and to which HMI. */
export interface HmiFlagValues {
  readonly hmi: string | undefined;
  /** A person of `auth.users`; undefined for who shows `auth.token`. */
  readonly user: string | undefined;
}

/** Calls the HMI; every answer but a success is thrown as a UserError. */
export type HmiCall = (method: "GET" | "POST", path: string, body?: string) => Promise<Response>;

/** The way to the HMI of the flags, or the configured one, as a person of it. Throws a UserError. */
export function hmiCalls(config: Config, { hmi, user }: HmiFlagValues, signal: AbortSignal): HmiCall {
  const url = hmi === undefined ? urlOf(config.hmi) : parseServiceUrl(hmi);
  const origins = serviceAddressSources(config, { urls: { hmi }, contract: config.contract });
  const headers = { ...PROGRAM_HEADER, ...bearerHeader(tokenOf(config, user)) };
  return async (method, path, body) => {
    let answer: Response;
    try {
      answer = await fetch(url + path, {
        method,
        signal,
        headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
        ...(body !== undefined && { body }),
      });
    } catch (error) {
      signal.throwIfAborted();
      throw new UserError("unreachable", `The HMI at ${url} does not answer: ${causeOf(error)}.`, {
        hint: adviceForSilence("hmi", origins.hmi, causeOf(error)),
        cause: error,
      });
    }
    if (answer.ok) return answer;
    throw await refusalOf(answer);
  };
}

function tokenOf(config: Config, user: string | undefined): string {
  if (user === undefined) return config.auth.token;
  const token = config.auth.users[user];
  if (token !== undefined) return token;
  const known = Object.keys(config.auth.users);
  throw new UserError("bad_flag", `--user: auth.users has no "${user}".`, {
    hint:
      known.length === 0
        ? "It has nobody: without --user it is who shows auth.token, or the only user."
        : `It has: ${known.join(", ")}.`,
  });
}

async function refusalOf(answer: Response): Promise<UserError> {
  const parsed = ErrorBody.safeParse(await answer.json().catch(() => undefined));
  const { message, hint } = parsed.data?.error ?? { message: `The HMI answered ${answer.status}.` };
  const code = answer.status === 401 ? "unauthorized" : "transfer_failed";
  return new UserError(code, message, { ...(hint !== undefined && { hint }), exitCode: EXIT.unusable });
}

/** `fetch` says only that it failed. */
function causeOf(error: unknown): string {
  return messageOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
