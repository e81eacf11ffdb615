import { addressOfUrl } from "../contract/address.ts";
import { DEFAULTS } from "../contract/contract-defaults.ts";
import { identifyingPath, readEngineAnswer } from "../launch/identify-engine.ts";
import { probe } from "../supervisor/run-probe.ts";
import type { EngineInSources } from "./engine-in-sources.ts";
import type { EnvVariables } from "./env-file.ts";

/** A server of OpenAI's wire that answers. */
export interface OpenAiServer {
  readonly url: string;
  /** Why it was asked there: a variable, or a port and whose it usually is. */
  readonly from: string;
}

/** Where such servers listen unless they are told otherwise. */
const USUAL_PORTS = { 8080: "llama.cpp", 1234: "LM Studio", 8000: "vLLM", 4000: "LiteLLM" } as const;

/** Variables in which clients of OpenAI find their server. */
const VARIABLES = ["OPENAI_BASE_URL", "OPENAI_API_BASE"] as const;

const ANSWER_TIMEOUT_MS = 1_000;

/**
 * The first server of OpenAI's wire that answers: where a variable says that there is one, else at a usual port.
 *
 * @param isElsewhere whether a variable says where an Ollama is: then no other engine is looked for
 * @param named what an application names as its engine: then nothing else is looked for either
 */
export async function findOpenAiServer(
  env: NodeJS.ProcessEnv,
  variables: EnvVariables,
  {
    isElsewhere,
    named: inSources,
  }: { readonly isElsewhere: boolean; readonly named: EngineInSources | undefined },
): Promise<OpenAiServer | undefined> {
  const named = VARIABLES.flatMap((name) => [
    { value: env[name], where: name },
    ...[variables.get(name) ?? []].flat(),
  ]).flatMap(({ value, where }) => {
    const url = baseOf(value);
    return url === undefined ? [] : [{ url, from: where }];
  });
  const usual = Object.entries(USUAL_PORTS).map(([port, whose]) => ({
    url: `http://${DEFAULTS.host}:${port}`,
    from: `the usual port of ${whose}`,
  }));
  const inSource = inSources === undefined ? [] : [{ url: inSources.url, from: inSources.where }];
  const candidates = isElsewhere || inSource.length > 0 ? [...inSource, ...named] : [...named, ...usual];
  const answers = await Promise.all(
    candidates.map(async (each) => ((await answersAt(each.url)) ? each : undefined)),
  );
  return answers.find((each) => each !== undefined);
}

/** `http://127.0.0.1:8080/v1` -> `http://127.0.0.1:8080`; undefined where that is no address that a setting can have. */
function baseOf(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const { protocol, origin, pathname } = new URL(text);
  return protocol === "http:" && /^\/(?:v1\/?)?$/.test(pathname) ? origin : undefined;
}

async function answersAt(url: string): Promise<boolean> {
  const { status, body = "" } = await probe(
    { address: addressOfUrl(url) },
    { kind: "http", path: identifyingPath("openai"), timeoutMs: ANSWER_TIMEOUT_MS },
  );
  return status !== undefined && readEngineAnswer("openai", status, body).kind === "openai";
}
