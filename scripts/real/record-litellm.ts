/**
 * Records what a running LiteLLM proxy answers, byte for byte, into fixtures/recorded/litellm, as record-ollama.ts does.
 * scripts/real/litellm.ts says how to have one.
 *
 *     node scripts/real/record-litellm.ts [URL] [NAME ...]
 *
 * URL is http://127.0.0.1:4000 where it is left out; with names, only these are recorded.
 */
import { LITELLM_CASES } from "./litellm-requests.ts";
import { chosen, fail, recordAnswers } from "./record-answers.ts";

const { url, cases } = chosen("http://127.0.0.1:4000", LITELLM_CASES);
const isThere = await fetch(new URL("/health/liveliness", url)).catch(() => undefined);
if (isThere === undefined)
  fail(`No LiteLLM answers at ${url}. How to have one: node scripts/real/litellm.ts`);
await recordAnswers({ program: "litellm", url, cases });
