/**
 * Sets up an Open WebUI in front of an Ollama, for trials and recordings. It needs Python 3.11 and the network; some
 * minutes and 7 GB. What is there already is not made again.
 *
 *     node scripts/real/open-webui.ts [FOLDER] [OLLAMA_URL]
 *
 * FOLDER is ~/.cache/chat-stack/open-webui and OLLAMA_URL http://127.0.0.1:11434 where they are left out.
 */
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "./run-tool.ts";

const PACKAGE = "open-webui==0.12.4";

const [given, ollama = "http://127.0.0.1:11434"] = process.argv.slice(2);
const folder = resolve(given ?? join(homedir(), ".cache/chat-stack/open-webui"));
const environment = join(folder, "venv");
const program = join(environment, "bin", "open-webui");

mkdirSync(folder, { recursive: true });
if (!existsSync(program)) {
  console.log(`Installing the Python package ${PACKAGE} ...`);
  run("python3.11", ["-m", "venv", environment], { hint: "It runs on Python 3.11 and 3.12." });
  const pip = ["-m", "pip", "install", "--quiet", PACKAGE];
  run(join(environment, "bin", "python"), pip, { hint: "Is the network there?" });
}
console.log(`
Open WebUI is in ${folder}, for the Ollama at ${ollama}. Start it without a login, and record it:

  WEBUI_AUTH=False OFFLINE_MODE=true HF_HUB_OFFLINE=1 ENABLE_OPENAI_API=false RAG_EMBEDDING_ENGINE=ollama \\
  OLLAMA_BASE_URL=${ollama} DATA_DIR=${join(folder, "data")} ${program} serve --host 127.0.0.1 --port 8080
  node scripts/real/record-open-webui.ts http://127.0.0.1:8080
  node scripts/real/record-open-webui-page.ts http://127.0.0.1:8080
  node scripts/real/record-open-webui-export.ts http://127.0.0.1:8080
`);
