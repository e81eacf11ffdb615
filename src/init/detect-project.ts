import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { addressOfUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import { findProgram } from "../files/find-program.ts";
import { type EngineAnswer, identifyingPath, readEngineAnswer } from "../launch/identify-engine.ts";
import { describeListener, findListeners } from "../os/listening-ports.ts";
import { probe } from "../supervisor/run-probe.ts";
import { type ComposeService, composeServices } from "./compose-services.ts";
import { type EngineInSources, engineInSources } from "./engine-in-sources.ts";
import { type EnvVariables, envFileOf } from "./env-file.ts";
import { chooseInterpreter, type Interpreter } from "./interpreters.ts";
import { findNodeApps, type NodeApp } from "./node-apps.ts";
import { findOpenAiServer, type OpenAiServer } from "./openai-server.ts";
import { findPythonApps, type PythonApp } from "./python-apps.ts";
import {
  composeFile,
  dockerfileCommand,
  npmScripts,
  procfile,
  pyprojectTasks,
  type StartScript,
} from "./start-scripts.ts";
import type { FoundValue } from "./web-app.ts";

/** What there is in and around a folder. */
export interface DetectedProject {
  readonly engine: {
    /** Where an engine is looked for. */
    readonly url: string;
    /** The variable that says so, `OLLAMA_HOST`; undefined where none does. */
    readonly givenBy: string | undefined;
    readonly answer: EngineAnswer;
    /** Path of `ollama`. */
    readonly program: string | undefined;
    /** A server of OpenAI's wire, looked for where there is no Ollama, neither running nor installed. */
    readonly openAi: OpenAiServer | undefined;
    /** What an application names as its engine, where no variable does: it is looked for there. */
    readonly named: EngineInSources | undefined;
  };
  readonly apps: readonly FoundApp[];
  readonly scripts: readonly FoundValue<StartScript>[];
  readonly compose:
    | { readonly file: string; readonly services: readonly FoundValue<ComposeService>[] }
    | undefined;
  /** The schema of configurations, where this package is installed in the folder. */
  readonly schema: string | undefined;
  /** Who listens on a port that a stack would need. */
  readonly taken: readonly { readonly port: number; readonly by: string }[];
}

/** An application, with what it is run by. */
export type FoundApp = NodeApp | (PythonApp & RunByPython);

export interface RunByPython {
  /** What it is run with: of the nearest virtual environment, or else from the PATH. */
  readonly python: Interpreter;
  /** The packages that it is in, the outermost first: its module is imported by them. */
  readonly packages: readonly string[];
}

const VIRTUAL_ENVIRONMENTS = [".venv", "venv"];
const SCHEMA = "node_modules/chat-stack/docs/config.schema.json";
const ANSWER_TIMEOUT_MS = 1_000;

/** Looks around in a folder; changes nothing, and runs nothing of it but a Python that is asked for its modules. */
export async function detectProject(folder: string, env: NodeJS.ProcessEnv): Promise<DetectedProject> {
  const variables = envFileOf(folder, ".");
  const found = await findPythonApps(folder);
  const nodeApps = findNodeApps(folder);
  const engine = await lookForEngine(env, variables, engineInSources(folder, [...found, ...nodeApps]));
  const pythonApps = await Promise.all(
    found.map(async (app) => {
      const virtual = virtualPython(folder, dirname(app.file));
      const python = await chooseInterpreter(app.framework, folder, virtual, env["PATH"]);
      return { ...app, python, packages: packagesAround(folder, dirname(app.file)) };
    }),
  );
  const apps = [...pythonApps, ...nodeApps];
  const compose = composeFile(folder);
  const known = apps.flatMap(({ port }) => port?.value ?? []);
  const ports = [DEFAULTS.hmiPort, DEFAULTS.gatewayPort, addressOfUrl(engine.url).port, ...known];
  const taken = await Promise.all([...new Set(ports)].map(listenersAt));
  return {
    engine,
    apps,
    scripts: [
      ...npmScripts(folder),
      ...procfile(folder),
      ...pyprojectTasks(folder),
      ...dockerfileCommand(folder),
    ],
    compose:
      compose === undefined ? undefined : { file: compose, services: composeServices(folder, compose) },
    schema: existsSync(join(folder, SCHEMA)) ? SCHEMA : undefined,
    taken: taken.flat(),
  };
}

/** The variables by which programs are told where Ollama is. */
const ENGINE_VARIABLES = ["OLLAMA_HOST", "OLLAMA_BASE_URL", "OLLAMA_URL"];

async function lookForEngine(
  env: NodeJS.ProcessEnv,
  variables: EnvVariables,
  inSources: EngineInSources | undefined,
): Promise<DetectedProject["engine"]> {
  const given = [
    { value: env["OLLAMA_HOST"], where: "OLLAMA_HOST" },
    ...ENGINE_VARIABLES.flatMap((name) => variables.get(name) ?? []),
  ]
    .map(({ value, where }) => ({ url: urlOfHost(value), where }))
    .find(({ url }) => url !== undefined);
  const named = given === undefined ? inSources : undefined;
  const url = given?.url ?? named?.url ?? `http://${DEFAULTS.host}:${DEFAULTS.enginePort}`;
  const path = identifyingPath("chat");
  const { status, body = "" } = await probe(
    { address: addressOfUrl(url) },
    { kind: "http", path, timeoutMs: ANSWER_TIMEOUT_MS },
  );
  const answer: EngineAnswer =
    status === undefined ? { kind: "nothing" } : readEngineAnswer("chat", status, body);
  const program = findProgram("ollama", env["PATH"]);
  const isThere = answer.kind === "ollama" || program !== undefined;
  const openAi = isThere
    ? undefined
    : await findOpenAiServer(env, variables, { isElsewhere: given !== undefined, named });
  return { url, givenBy: given?.where ?? named?.where, answer, program, openAi, named };
}

/** `OLLAMA_HOST` may lack the scheme and the port; a wildcard is where a server listens, and no address to call. */
function urlOfHost(host: string | undefined): string | undefined {
  if (host === undefined || host === "") return undefined;
  const text = host.includes("://") ? host : `http://${host}`;
  if (!text.startsWith("http://") || !URL.canParse(text)) return undefined;
  const { hostname, port } = new URL(text);
  const called = hostname === "0.0.0.0" || hostname === "[::]" ? DEFAULTS.host : hostname;
  return `http://${called}:${port === "" ? DEFAULTS.enginePort : port}`;
}

/** The Python of a virtual environment in this folder or in one above it. */
function virtualPython(root: string, folder: string): string | undefined {
  const found = VIRTUAL_ENVIRONMENTS.map((name) => join(folder, name, "bin", "python")).find((path) =>
    existsSync(join(root, path)),
  );
  return found ?? (folder === "." ? undefined : virtualPython(root, dirname(folder)));
}

function packagesAround(root: string, folder: string): string[] {
  if (folder === "." || !existsSync(join(root, folder, "__init__.py"))) return [];
  return [...packagesAround(root, dirname(folder)), basename(folder)];
}

async function listenersAt(port: number): Promise<DetectedProject["taken"]> {
  const listeners = await findListeners({ host: DEFAULTS.host, port });
  if (listeners.length === 0) return [];
  return [{ port, by: listeners.map(describeListener).join(" and ") }];
}
