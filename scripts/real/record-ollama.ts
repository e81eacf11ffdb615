/**
 * Records what a running Ollama answers, byte for byte, into fixtures/recorded/ollama: `NAME.raw` is the answer,
 * `NAME.json` the request, what was sent before it, and the time and length of each read. The engine needs the models
 * that scripts/real/ollama.ts makes, and no others.
 *
 *     node scripts/real/record-ollama.ts [URL] [NAME ...]
 *
 * URL is http://127.0.0.1:11434 where it is left out; with names, only these are recorded.
 */
import { REAL_MODELS } from "./ollama-models.ts";
import { OLLAMA_CASES, OLLAMA_RESPONSES_CASES } from "./ollama-requests.ts";
import { chosen, fail, recordAnswers } from "./record-answers.ts";

const { url, cases } = chosen("http://127.0.0.1:11434", [...OLLAMA_CASES, ...OLLAMA_RESPONSES_CASES]);
await requireModels();
await recordAnswers({ program: "ollama", url, cases });

async function requireModels(): Promise<void> {
  const answer = await fetch(new URL("/api/tags", url)).catch(() => undefined);
  if (answer === undefined) fail(`No Ollama answers at ${url}. How to have one: node scripts/real/ollama.ts`);
  const { models } = (await answer.json()) as { models: { name: string }[] };
  const installed = models.map(({ name }) => name).sort();
  const wanted = Object.values(REAL_MODELS).sort();
  if (installed.join() === wanted.join()) return;
  const has = installed.join(", ") || "none";
  fail(`The engine must have exactly ${wanted.join(", ")}; it has ${has}. See scripts/real/ollama.ts.`);
}
