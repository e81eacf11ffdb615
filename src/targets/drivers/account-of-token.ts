/**
 * Whose a token is, by what it says of itself where it is a JWT; undefined where it does not say. It is only compared with
 * another one, so nothing of it need be proven.
 */
export function accountOfToken(token: string): string | undefined {
  const [, payload] = token.split(".");
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
    const { sub, id, user_id } = claims as Readonly<Record<string, unknown>>;
    const account = sub ?? id ?? user_id;
    return typeof account === "string" || typeof account === "number" ? String(account) : undefined;
  } catch {
    return undefined;
  }
}
