/** The header that shows a token (contract, section 7); none where there is no token. */
export function bearerHeader(token: string | undefined): Readonly<Record<string, string>> {
  return token === undefined || token === "" ? {} : { authorization: `Bearer ${token}` };
}

/** The token in an `Authorization` header; undefined where it holds none. */
export function bearerTokenIn(header: string | undefined): string | undefined {
  return /^Bearer +(\S+)$/i.exec(header ?? "")?.[1];
}
