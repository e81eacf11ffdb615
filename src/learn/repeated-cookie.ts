import { isSecretHeader } from "../text/secret-names.ts";
import type { LoggedExchange } from "./network-log.ts";
import { isHidden } from "./network-log-words.ts";

/** A cookie that a header repeats, as proof against requests by others' pages. */
export interface RepeatedCookie {
  readonly cookie: string;
  /** In lower case. */
  readonly header: string;
}

/** What such a cookie and its header are called. */
const PROOF_NAME = /csrf|xsrf/i;

/**
 * The first cookie that a header of the same request repeats; undefined where cookies go by themselves. Not every request has to
 * show it: often only those that change something do, and no WebSocket can.
 */
export function repeatedCookieIn(exchanges: readonly LoggedExchange[]): RepeatedCookie | undefined {
  const repeated = exchanges.flatMap(({ requestHeaders }) => {
    const cookies = (requestHeaders["cookie"] ?? "").split(";").map((each) => each.trim().split("="));
    const shown = Object.entries(requestHeaders).filter(
      ([name]) => name !== "cookie" && isSecretHeader(name),
    );
    return cookies.flatMap(([cookie = "", ...value]) =>
      shown.flatMap(([header, said]) =>
        value.length > 0 && said === value.join("=") ? [{ cookie, header, isHidden: isHidden(said) }] : [],
      ),
    );
  });
  const named = repeated.find(({ cookie, header }) =>
    [cookie, header].every((name) => PROOF_NAME.test(name)),
  );
  // What a record hides looks alike: there the names alone say which it is.
  return named ?? repeated.find(({ isHidden }) => !isHidden);
}
