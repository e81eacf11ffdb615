/**
 * Sets up a LiteLLM proxy in front of an Ollama, for trials and recordings. It needs Python 3.11 and the network; about a
 * minute and 750 MB. What is there already is not made again.
 *
 *     node scripts/real/litellm.ts [FOLDER] [OLLAMA_URL]
 *
 * FOLDER is ~/.cache/chat-stack/litellm and OLLAMA_URL http://127.0.0.1:11434 where they are left out.
 */
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { LITELLM_KEY, LITELLM_MODELS } from "./litellm-requests.ts";
import { REAL_MODELS } from "./ollama-models.ts";
import { run } from "./run-tool.ts";

/** Not 1.107.0, which was a compromised release. */
const PACKAGE = "litellm[proxy]==1.106.12";

const [given, ollama = "http://127.0.0.1:11434"] = process.argv.slice(2);
const folder = resolve(given ?? join(homedir(), ".cache/chat-stack/litellm"));
const environment = join(folder, "venv");
const program = join(environment, "bin", "litellm");
const config = join(folder, "config.yaml");

mkdirSync(folder, { recursive: true });
if (!existsSync(program)) {
  console.log(`Installing the Python package ${PACKAGE} ...`);
  run("python3", ["-m", "venv", environment]);
  const pip = ["-m", "pip", "install", "--quiet", PACKAGE];
  run(join(environment, "bin", "python"), pip, { hint: "Is the network there?" });
}
writeFileSync(
  config,
  `model_list:
  - model_name: ${LITELLM_MODELS.ollama}
    litellm_params: { model: "ollama_chat/${REAL_MODELS.plain}", api_base: "${ollama}" }
  - model_name: ${LITELLM_MODELS.openai}
    litellm_params: { model: "openai/${REAL_MODELS.plain}", api_base: "${ollama}/v1", api_key: none }
general_settings: { master_key: ${LITELLM_KEY} }
`,
);
console.log(`
LiteLLM is in ${folder}, in front of ${ollama}. Start it, and record its answers:

  LITELLM_LOCAL_MODEL_COST_MAP=True ${program} --config ${config} --host 127.0.0.1 --port 4000
  node scripts/real/record-litellm.ts http://127.0.0.1:4000
`);
