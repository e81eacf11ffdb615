import { UserError } from "../../../errors/user-error.ts";
import { type DriverContext, defineDriver } from "../define-driver.ts";
import { openaiChat } from "./openai-chat-driver.ts";

/** LiteLLM's proxy: OpenAI's wire, with a cheap health report of its own (`/health` asks every model). */
export const litellm = defineDriver({
  name: "litellm",
  title: "LiteLLM's proxy",
  service: "gateway",
  requireAccess,
  knownBy: { header: "x-litellm-" },
  wire: { ...openaiChat.wire, health: { request: "GET /health/readiness" } },
});

/** How long it may take to list its models, in milliseconds. */
const LISTS_WITHIN_MS = 10_000;

/** To whom shows no key it answers 500 `Internal Server Error`, as if it were broken. */
async function requireAccess({ client, token }: DriverContext): Promise<void> {
  if (token !== "") return;
  const signal = AbortSignal.timeout(LISTS_WITHIN_MS);
  // Whoever does not answer is told of by what is asked next.
  const answer = await client.call("GET", "/v1/models", { signal }).catch(() => undefined);
  if (answer === undefined || answer.status < 300) return;
  const what = `The LiteLLM at ${client.url} answers ${answer.status} to whom shows no key`;
  throw new UserError("unauthorized", `${what}, as if it were broken.`, {
    hint: "Give its key as auth.token (STACK_AUTH_TOKEN).",
  });
}
