/** Who everybody is where people are not told apart, and whoever shows `auth.token` where they are (contract, section 7). */
export const LOCAL_USER = "local";

/** The header that shows a token (contract, section 7); none where there is no token. */
export function bearerHeader(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
}

/**
 * The header by which a program proves that it is no page of another site, where a GET changes something away from
 * loopback (contract, section 7).
 */
export const PROGRAM_HEADER = { "x-requested-with": "stack" } as const;

/** The realm by which whoever keeps a record of what others said, a tap or the stand-in, asks for the token. */
export const RECORD_REALM = "stack record";

/** The token in an `Authorization` header; undefined where it holds none. */
export function bearerTokenIn(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
}
