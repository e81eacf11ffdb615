import { COOKIE_PLACE } from "../targets/drivers/json-place.ts";
import { isSecretHeader } from "../text/secret-names.ts";
import { OWN_HEADER } from "./id-uses.ts";
import type { LearnedLogin } from "./learn-login.ts";
import type { LoggedExchange } from "./network-log.ts";
import { repeatedCookieIn } from "./repeated-cookie.ts";

/** What a back end is shown with each message beside the body. */
export interface LearnedHeaders {
  /** For `contract.wire.headers`; secrets as `{token}`. */
  readonly headers: Readonly<Record<string, string>>;
  /** What a person has to set, in words. */
  readonly notes: readonly string[];
}

/**
 * The headers of the message that a back end may ask for. No secret of the log is in the result.
 *
 * @param login the one by which the page got what it shows; undefined for none
 * @param exchanges of the log: a proof against requests by others' pages may be shown by others than the message
 */
export function learnHeaders(
  { requestHeaders, origin }: LoggedExchange,
  login: LearnedLogin | undefined,
  exchanges: readonly LoggedExchange[],
): LearnedHeaders {
  const isByCookie = login?.login.told?.["token"]?.startsWith(COOKIE_PLACE) === true;
  const proof = isByCookie ? repeatedCookieIn(exchanges.filter((each) => each.origin === origin)) : undefined;
  const isTokenHeader = (name: string): boolean =>
    isSecretHeader(name) || SESSION_HEADER.test(name) || login?.tokenHeaders.includes(name) === true;
  const own = Object.entries(requestHeaders).filter(([name]) => OWN_HEADER.test(name));
  const headers = Object.fromEntries(
    own.map(([name, value]) => [
      name,
      login?.shownByMessage[name] ?? (isTokenHeader(name) ? "{token}" : value),
    ]),
  );
  const { authorization, cookie } = requestHeaders;
  const [scheme = ""] = authorization?.split(" ") ?? [];
  const isBearer = /^bearer$/i.test(scheme);
  // There is one token: where something else shows who calls, no cookie has to.
  const isKeyed = authorization !== undefined || Object.values(headers).includes("{token}");
  const session = isKeyed || login !== undefined ? undefined : sessionCookieIn(cookie);
  return {
    headers: {
      ...headers,
      ...(proof !== undefined && { [proof.header]: "{token}" }),
      ...(session !== undefined && { cookie: `${session}={token}` }),
      ...(authorization !== undefined && !isBearer && { authorization: `${scheme} {token}` }),
    },
    notes:
      login !== undefined && (login.isByCookies || isKeyed)
        ? []
        : [
            ...(isKeyed
              ? ["the page shows a secret: set auth.token (STACK_AUTH_TOKEN) to one of yours"]
              : []),
            ...(cookie === undefined ? [] : [cookieWords(session)]),
          ],
  };
}

/** Headers of a page's own that show who calls, also where nothing in the log told what. */
const SESSION_HEADER = /ticket|sess(?:ion)?(?:-?key)?$|(?:^|-)sid$|auth/i;

/** The names of cookies by which back ends know people again. */
const SESSION_COOKIE = /sess|(?:^|[._-])sid$|auth|token|jwt|login/i;

/** The name of the one cookie that may say who calls; undefined where there is none, or several. */
function sessionCookieIn(cookie = ""): string | undefined {
  const names = cookie.split(";").map((each) => each.split("=")[0]?.trim() ?? "");
  const [one, ...others] = names.filter((name) => SESSION_COOKIE.test(name));
  return others.length === 0 && /^[\w!#$%&'*+.^`|~-]+$/.test(one ?? "") ? one : undefined;
}

function cookieWords(session: string | undefined): string {
  return session === undefined
    ? "the page sends a cookie: where the back end asks for it, set headers: { Cookie: 'NAME={token}' }, and auth.token"
    : `the page sends the cookie ${session}: where the back end asks for it, set auth.token (STACK_AUTH_TOKEN) to its value`;
}
