/**
 * Records what a running Ollama answers, byte for byte, into fixtures/recorded/ollama: `NAME.raw` is the answer,
 * `NAME.json` the request, what was sent before it, and the time and length of each read. The engine needs the models
 * that scripts/real/ollama.ts makes, and no others.
 *
 *     node scripts/real/record-ollama.ts [URL] [NAME ...]
 *
 * URL is http://127.0.0.1:11434 where it is left out; with names, only these are recorded.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OLLAMA_CASES, REAL_MODELS, type RecordedCase } from "./ollama-requests.ts";
import { sendRaw } from "./raw-http.ts";

const OUT = fileURLToPath(new URL("../../fixtures/recorded/ollama/", import.meta.url));

const [first, ...rest] = process.argv.slice(2);
const hasUrl = first?.includes("://") ?? false;
const url = hasUrl ? (first ?? "") : "http://127.0.0.1:11434";
const names = new Set(hasUrl || first === undefined ? rest : [first, ...rest]);
const unknown = [...names].filter((name) => !OLLAMA_CASES.some((each) => each.name === name));
if (unknown.length > 0)
  fail(`There is no case ${unknown.join(", ")}; scripts/real/ollama-requests.ts has them.`);

await requireModels();
mkdirSync(OUT, { recursive: true });
for (const each of OLLAMA_CASES.filter(({ name }) => names.size === 0 || names.has(name))) await record(each);

async function record({ name, request, before }: RecordedCase): Promise<void> {
  for (const earlier of before) await sendRaw(url, earlier);
  const { bytes, reads } = await sendRaw(url, request);
  writeFileSync(join(OUT, `${name}.raw`), withoutPaths(bytes));
  writeFileSync(join(OUT, `${name}.json`), `${JSON.stringify({ request, before, reads })}\n`);
  console.log(`${name}: ${bytes.length} bytes in ${reads.length} reads`);
}

/** Where a model file lies says something of the machine: its folders are masked letter by letter, so that lengths stay true. */
function withoutPaths(bytes: Buffer): Buffer {
  const masked = bytes
    .toString("latin1")
    .replace(/(?<=[" ])\/[^" ]*(?=\/blobs\/)/g, (folders) => folders.replace(/[^/]/g, "x"));
  return Buffer.from(masked, "latin1");
}

async function requireModels(): Promise<void> {
  const answer = await fetch(new URL("/api/tags", url)).catch(() => undefined);
  if (answer === undefined)
    fail(`No Ollama answers at ${url}. Start one: node scripts/real/ollama.ts tells how.`);
  const { models } = (await answer.json()) as { models: { name: string }[] };
  const installed = models.map(({ name }) => name).sort();
  const wanted = Object.values(REAL_MODELS).sort();
  if (installed.join() === wanted.join()) return;
  fail(
    `The engine must have exactly ${wanted.join(", ")}; it has ${installed.join(", ") || "none"}. See scripts/real/ollama.ts.`,
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
