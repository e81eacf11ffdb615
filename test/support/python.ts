import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished, vi } from "vitest";
import { hmiRoutes } from "../../src/contract/routes.ts";
import { freePorts } from "./ports.ts";

/** The folder of the seeds' services. */
export const PYTHON_SERVICES = fileURLToPath(new URL("../../fixtures/services/python", import.meta.url));

const SEEDS = fileURLToPath(new URL("../../fixtures/services/seeds", import.meta.url));

/** The distribution's own interpreter: one of a version manager has not the distribution's modules. */
export const PYTHON = "/usr/bin/python3";

let lacking: Promise<string | undefined> | undefined;

/** Why the Python services cannot run here, and how to get them run; undefined where they can. Looked up once a worker. */
export function whyNoPython(): Promise<string | undefined> {
  lacking ??= findLacking();
  return lacking;
}

async function findLacking(): Promise<string | undefined> {
  try {
    await promisify(execFile)(PYTHON, ["-c", "import fastapi, flask, httpx, uvicorn"]);
    return undefined;
  } catch (error) {
    const reason = String(error).trim().split("\n").at(-1);
    return `${PYTHON} cannot run the Python services: ${reason}. ${INSTALL}`;
  }
}

const INSTALL =
  "Debian: apt-get install --no-install-recommends python3-fastapi python3-flask python3-httpx uvicorn.";

/** A Python service that answers. */
export interface PythonService {
  readonly url: string;
  readonly port: number;
  /** Leader of its process group. Under `--reload` it is the watcher, and its child serves. */
  readonly pid: number;
  /** What it has written so far, on both outputs. */
  log(): string;
  close(): Promise<void>;
}

export interface PythonGatewayOptions {
  engineUrl: string;
  /** Whether uvicorn starts it again when a file in its folder changes; false. */
  reload?: boolean;
  /** Where `gateway_app.py` is; {@link PYTHON_SERVICES}. */
  folder?: string;
}

export interface PythonHmiOptions {
  gatewayUrl: string;
  /** Its database file, which the caller removes. */
  database: string;
  /** Brings back the four places that saved with `model_id=None`; false. */
  bug016?: boolean;
  /** The model where a request names none; the seed's "Claude Sonnet 4". */
  defaultModel?: string;
}

/** The seed's gateway on a free port, stopped after the test. */
export async function startPythonGateway(options: PythonGatewayOptions): Promise<PythonService> {
  return closedAfterTest(await launchPythonGateway(options));
}

/** The seeds' HMI on a free port, stopped after the test. */
export async function startPythonHmi(options: PythonHmiOptions): Promise<PythonService> {
  return closedAfterTest(await launchPythonHmi(options));
}

/** The gateway for several tests: whoever launches it must close it. */
export async function launchPythonGateway({
  engineUrl,
  reload = false,
  folder = PYTHON_SERVICES,
}: PythonGatewayOptions): Promise<PythonService> {
  const args = ["gateway_app.py", ...(reload ? ["--reload"] : [])];
  return await launch(args, folder, { ENGINE_URL: engineUrl });
}

/** The HMI for several tests: whoever launches it must close it. */
export async function launchPythonHmi({
  gatewayUrl,
  database,
  bug016 = false,
  defaultModel,
}: PythonHmiOptions): Promise<PythonService> {
  return await launch(["hmi_app.py"], PYTHON_SERVICES, {
    GATEWAY_URL: gatewayUrl,
    DATABASE_PATH: database,
    BUG_016: bug016 ? "1" : "0",
    ...(defaultModel === undefined ? {} : { DEFAULT_MODEL: defaultModel }),
  });
}

/** The second seed's stack, as its wire was seen, stopped after the test. `folder`: of its database, which the caller removes. */
export async function startSeeds({
  engineUrl,
  folder,
}: {
  readonly engineUrl: string;
  readonly folder: string;
}): Promise<{ readonly hmi: string; readonly gateway: string }> {
  const gateway = await launch(["gateway_app.py"], SEEDS, { ENGINE_URL: engineUrl });
  closedAfterTest(gateway);
  const database = join(folder, "hmi.db");
  const hmi = await launch(["hmi_app.py"], SEEDS, { GATEWAY_URL: gateway.url, DATABASE_PATH: database });
  return { hmi: closedAfterTest(hmi).url, gateway: gateway.url };
}

function closedAfterTest(service: PythonService): PythonService {
  onTestFinished(() => service.close());
  return service;
}

async function launch(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<PythonService> {
  const [port = 0] = await freePorts(1);
  const child = spawn(PYTHON, args, {
    cwd,
    // A group of its own, so that what it starts is stopped with it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...QUIET, PORT: String(port), ...env },
  });
  await once(child, "spawn");
  const { pid = 0 } = child;
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  const service = { url, port, pid, log: () => output, close: () => stopGroup(child, pid) };
  try {
    await Promise.race([answers(url), endOf(child)]);
    return service;
  } catch (error) {
    await service.close();
    throw new Error(`${args[0]} did not start: ${error}\n${output}`);
  }
}

/** No files beside the sources, no proxy, and every line of the log at once. */
const QUIET = {
  PATH: ["/usr/bin", "/bin"].join(delimiter),
  PYTHONDONTWRITEBYTECODE: "1",
  PYTHONUNBUFFERED: "1",
};

const START_TIMEOUT_MS = 30_000;
const LOOK_AGAIN_MS = 20;

/** Resolves when its health call is answered; rejects after a while without. */
async function answers(url: string): Promise<void> {
  const ask = async (): Promise<void> => {
    const { status } = await fetch(`${url}${hmiRoutes.health.path()}`);
    if (status !== 200) throw new Error(`GET /health answered ${status}`);
  };
  await vi.waitFor(ask, { timeout: START_TIMEOUT_MS, interval: LOOK_AGAIN_MS });
}

async function endOf(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, "exit");
  throw new Error(`it ended with ${signal ?? `exit code ${code}`}`);
}

/** uvicorn waits for its readers on SIGTERM, however long they stay. */
const STOP_TIMEOUT_MS = 2_000;

async function stopGroup(child: ChildProcess, pid: number): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    signalGroup(pid, "SIGTERM");
    const force = setTimeout(() => signalGroup(pid, "SIGKILL"), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(force);
  }
  // What the leader started and left behind.
  signalGroup(pid, "SIGKILL");
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody of the group is left.
  }
}
