import { Health } from "../contract/common.ts";
import { STAND_IN_BUILD } from "../contract/defaults.ts";
import { EngineVersion, GenerationList, type GenerationRecord } from "../contract/engine.ts";
import { engineRoutes, hmiRoutes } from "../contract/routes.ts";
import { messageOf, UserError } from "../errors.ts";
import { createHttpClient, type HttpClient } from "./http.ts";

/** Where the services of a stack are. */
export interface TargetUrls {
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
}

/** What a target may offer beyond the contract; checks name what they need. */
export type Capability = "show what reached the engine";

/** A stack seen from outside: URLs, clients, and what of it can be watched. */
export interface Target {
  readonly urls: TargetUrls;
  readonly hmi: HttpClient;
  readonly capabilities: ReadonlySet<Capability>;
  /** The engine and its version, in words. */
  readonly engineName: string;
  /** What the engine was asked since the generation of that number; needs the capability. */
  generationsAfter(id: number, signal: AbortSignal): Promise<GenerationRecord[]>;
  close(): Promise<void>;
}

/** For the first calls, which a service that works answers at once. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Connects to a stack, and finds out what of it can be watched. Throws a UserError `unreachable` where the
 * HMI or the gateway does not work, and the signal's reason.
 */
export async function openTarget(urls: TargetUrls, signal: AbortSignal): Promise<Target> {
  const hmi = createHttpClient(urls.hmi);
  const engine = createHttpClient(urls.engine);
  const close = async (): Promise<void> => {
    await Promise.all([hmi.close(), engine.close()]);
  };
  const soon = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_TIMEOUT_MS)]);
  const gateway = createHttpClient(urls.gateway);
  try {
    await Promise.all([requireService(hmi, "hmi", soon), requireService(gateway, "gateway", soon)]);
  } catch (error) {
    await close();
    signal.throwIfAborted();
    throw error;
  } finally {
    await gateway.close();
  }
  const version = await versionOf(engine, soon);
  const isStandIn = version?.endsWith(`+${STAND_IN_BUILD}`) ?? false;
  return {
    urls,
    hmi,
    capabilities: new Set<Capability>(isStandIn ? ["show what reached the engine"] : []),
    engineName: version === undefined ? "an engine that does not answer" : nameOf(version, isStandIn),
    async generationsAfter(id, callSignal) {
      const path = engineRoutes.generations.path(undefined, { after: id });
      const { body } = await engine.call("GET", path, { signal: callSignal });
      return GenerationList.parse(body).generations;
    },
    close,
  };
}

function nameOf(version: string, isStandIn: boolean): string {
  return isStandIn ? "the engine stand-in" : `Ollama ${version}`;
}

/**
 * A claim about a reply can be judged only where replies can come. A service that does not report its
 * health as ours do is taken as it is: what is wrong with it is for the checks to say.
 */
async function requireService(
  client: HttpClient,
  name: keyof typeof TITLES,
  signal: AbortSignal,
): Promise<void> {
  const health = Health.safeParse(await healthOf(client, name, signal)).data;
  if (health === undefined) return;
  if (health.service !== name) {
    throw new UserError(
      "bad_url",
      `At ${client.url} is the ${TITLES[health.service]}, not the ${TITLES[name]}.`,
      {
        hint: `Check the URL given with --${name}.`,
      },
    );
  }
  const missing = Object.entries(health.dependencies).filter(([, { status }]) => status !== "ok");
  if (missing.length === 0) return;
  const said = missing
    .map(([dependency, { error }]) => `${dependency}: ${error ?? "unavailable"}`)
    .join("; ");
  throw new UserError(
    "unreachable",
    `The ${TITLES[name]} at ${client.url} cannot answer a message: ${said}`,
    {
      hint: "Run `stack status` to see which service is down.",
    },
  );
}

const TITLES = { hmi: "HMI", gateway: "gateway" } as const;

async function healthOf(
  client: HttpClient,
  name: keyof typeof TITLES,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    return (await client.call("GET", hmiRoutes.health.path(), { signal })).body;
  } catch (error) {
    throw new UserError(
      "unreachable",
      `The ${TITLES[name]} at ${client.url} does not answer: ${messageOf(error)}.`,
      {
        hint: `Run \`stack up\` first, or name another one with --${name}.`,
        cause: error,
      },
    );
  }
}

/** The engine may be out of reach from here although the gateway has one. */
async function versionOf(engine: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { body } = await engine.call("GET", engineRoutes.version.path(), { signal });
    return EngineVersion.parse(body).version;
  } catch {
    return undefined;
  }
}
