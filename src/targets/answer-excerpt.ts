import type { SeenCall } from "./http-client.ts";

/** The beginning of an answer as JSON, by the names that its server gave to its fields. */
export function answerExcerpt({ body, said = body }: Pick<SeenCall, "body" | "said">, most = 200): string {
  return (JSON.stringify(said) ?? "").slice(0, most);
}
