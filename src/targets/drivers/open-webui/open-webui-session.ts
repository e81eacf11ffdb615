import { UserError } from "../../../errors/user-error.ts";
import type { DriverContext } from "../define-driver.ts";
import { idAt } from "../json-place.ts";
import { refusedWords } from "../refused-words.ts";

/** How long it may take to let somebody in, in milliseconds. */
const SIGNS_IN_WITHIN_MS = 10_000;

/**
 * The token of whoever is asked for: the configured one, else that of an Open WebUI without a login, which gives one to
 * everybody. Throws a UserError where it wants a login.
 */
export async function openWebuiToken({
  client,
  token,
}: Pick<DriverContext, "client" | "token">): Promise<string> {
  if (token !== "") return token;
  const body = { email: "", password: "" };
  const signal = AbortSignal.timeout(SIGNS_IN_WITHIN_MS);
  // Whoever does not answer is told of by what is asked next.
  const answer = await client.call("POST", "/api/v1/auths/signin", { body, signal }).catch(() => undefined);
  if (answer === undefined) return "";
  const given = idAt(answer.body, "token");
  if (given !== null) return given;
  throw new UserError(
    "unauthorized",
    `The Open WebUI at ${client.url} lets nobody in: ${refusedWords(answer)}.`,
    {
      hint: "Make an API key under Settings, Account, and give it as auth.token.",
    },
  );
}
