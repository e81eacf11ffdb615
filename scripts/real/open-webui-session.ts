import { fail } from "./record-answers.ts";

/** The only user of an Open WebUI without a login. */
export interface OpenWebuiSession {
  readonly token: string;
}

/** Signs in with nothing, as its page does where there is no login. Ends the process where nobody answers. */
export async function signIn(url: string): Promise<OpenWebuiSession> {
  const answer = await fetch(new URL("/api/v1/auths/signin", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "", password: "" }),
  }).catch(() => undefined);
  if (answer === undefined) {
    fail(`No Open WebUI answers at ${url}. How to have one: node scripts/real/open-webui.ts`);
  }
  const { token } = (await answer.json()) as { token?: string };
  return { token: token ?? fail(`${url} gives no token: is it started with WEBUI_AUTH=False?`) };
}
