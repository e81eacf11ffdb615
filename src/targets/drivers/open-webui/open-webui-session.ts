import type { WireSettings } from "../../../contract/wire-description.ts";
import { UserError } from "../../../errors/user-error.ts";
import { endSentence } from "../../../text/end-sentence.ts";
import { CallerSession } from "../caller-session.ts";
import type { DriverContext } from "../define-driver.ts";
import { idAt } from "../json-place.ts";
import { refusedWords } from "../refusal.ts";

/** How a person of `auth.users` gets in, by the address of an account and its password. */
export const OPEN_WEBUI_LOGIN: NonNullable<WireSettings["login"]> = {
  request: "POST /api/v1/auths/signin",
  body: { email: "{user}", password: "{password}" },
  told: { token: "token" },
};

/** How long it may take to let somebody in, in milliseconds. */
const SIGNS_IN_WITHIN_MS = 10_000;

/**
 * The token of whoever is asked for: the configured one, that of a person of `auth.users`, or of an Open WebUI without a
 * login, which gives one to everybody. Throws a UserError where nobody is let in.
 */
export async function openWebuiToken({
  client,
  user,
  token,
}: Pick<DriverContext, "client" | "user" | "token">): Promise<string> {
  if (user !== "") {
    const caller = { name: user, secret: token };
    const session = new CallerSession({ client, caller, wire: { login: OPEN_WEBUI_LOGIN } });
    await session.signIn();
    return session.shown.token;
  }
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
    endSentence(`The Open WebUI at ${client.url} lets nobody in: ${refusedWords(answer)}`),
    {
      hint: "Name an account and its password in auth.users; or make an API key under Settings, Account, and give it as auth.token.",
    },
  );
}
