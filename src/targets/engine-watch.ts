import { STAND_IN_BUILD } from "../contract/contract-defaults.ts";
import { EngineVersion, GenerationList, type GenerationRecord } from "../contract/engine-schemas.ts";
import { engineRoutes } from "../contract/routes.ts";
import { TAP_PATH } from "../tap/recorded-exchange.ts";
import { generationsIn } from "../tap/recorded-generations.ts";
import type { TapRecord } from "../tap/start-tap.ts";
import { callForRecord, isRecordLocked } from "./call-for-record.ts";
import type { HttpClient, SeenCall } from "./http-client.ts";

/** What is known of the engine, and what of it can be watched. */
export interface EngineWatch {
  /** In words. */
  readonly name: string;
  readonly isStandIn: boolean;
  /** True where it is known to work on as many requests at a time as come. */
  readonly isUnlimited: boolean;
  /** False where nothing that speaks as an engine answers there. */
  readonly answers: boolean;
  /** Why claims that need the engine are not judged, each with the setting or the command that would change it. */
  readonly reasonsMissing: {
    readonly "show what reached the engine"?: string;
    readonly "direct the engine"?: string;
  };
  /** What the engine was asked since the generation of that number; undefined where nobody can tell. */
  readonly generationsAfter: ((id: number, signal: AbortSignal) => Promise<GenerationRecord[]>) | undefined;
  /** Where the record stands, without what is in it; undefined where nobody can tell. */
  readonly newestRecord: ((signal: AbortSignal) => Promise<NewestRecord>) | undefined;
  /** What passed since the exchange of that number; undefined where no tap stands in front of the engine. */
  readonly tapRecordAfter: ((id: number, signal: AbortSignal) => Promise<TapRecord | undefined>) | undefined;
}

/** The end of a record: from here on, all is new. */
export interface NewestRecord {
  /** The newest number in it; 0 where it is empty. */
  readonly id: number;
  /** When the tap began that keeps it, as `Date.now()` tells it; undefined where it is the stand-in's own. */
  readonly began_at: number | undefined;
}

/** What is known of an engine beside its address. */
export interface WatchedEngine {
  /** Whoever keeps its record may ask for it; empty where it is left out. */
  readonly token?: string | undefined;
  /** What names its address. */
  readonly namedBy?: string | undefined;
  /** The wire that it is asked by: a server that has both is called by that one. */
  readonly api?: "chat" | "generate" | "openai" | undefined;
}

/**
 * Looks at the engine, which may be out of reach from here although the gateway has one. The stand-in keeps
 * a record of its own; in front of any other engine a tap does. Both may ask for the token.
 */
export async function watchEngine(
  engine: HttpClient,
  signal: AbortSignal,
  { token = "", namedBy, api }: WatchedEngine = {},
): Promise<EngineWatch> {
  const version = await versionOf(engine, signal);
  if (version?.endsWith(`+${STAND_IN_BUILD}`)) return await watchStandIn(engine, signal, token);
  const name = await nameOf(engine, version, { signal, isOpenAi: api === "openai" });
  if (name === undefined) {
    const why =
      engine.url === ""
        ? "no engine is known behind this target (--engine, or engine.url, names it)"
        : `no engine answers at ${engine.url}${namedBy === undefined ? "" : `, from ${namedBy}`} (--engine, or engine.url, names another)`;
    return {
      name: "an engine that does not answer",
      isStandIn: false,
      isUnlimited: false,
      answers: false,
      reasonsMissing: { "show what reached the engine": why, "direct the engine": why },
      generationsAfter: undefined,
      newestRecord: undefined,
      tapRecordAfter: undefined,
    };
  }
  const answer = await callForRecord(engine, tapPath(NOTHING), token, signal);
  const isTapped = recordIn(answer) !== undefined;
  return {
    answers: true,
    reasonsMissing: {
      ...(!isTapped && {
        "show what reached the engine": isRecordLocked(answer)
          ? `the tap before ${name} refuses its record: 401 (auth.token must be the one it was started with)`
          : nobodyRecords(name, engine.url, namedBy),
      }),
      "direct the engine": `only the engine stand-in can be told how to answer, and here is ${name} (\`stack up engine\` starts one where no other engine is named: let the back end ask that)`,
    },
    name: `${name}${isTapped ? " behind a tap" : ""}`,
    isStandIn: false,
    isUnlimited: false,
    generationsAfter: isTapped ? tappedGenerations(engine, token) : undefined,
    newestRecord: isTapped ? (signal) => newestOfTap(engine, token, signal) : undefined,
    tapRecordAfter: isTapped ? (id, signal) => tapRecord(engine, token, id, signal) : undefined,
  };
}

function nobodyRecords(name: string, url: string, namedBy: string | undefined): string {
  return namedBy === "engine.tap_port"
    ? `what answers at ${url} is no tap (engine.tap_port names it): nobody records what reaches ${name}`
    : `nobody records what reaches ${name}: \`stack tap --to URL\`, or engine.tap_port, does`;
}

async function watchStandIn(engine: HttpClient, signal: AbortSignal, token: string): Promise<EngineWatch> {
  const { status, body } = await callForRecord(engine, standInPath(NOTHING), token, signal);
  const isOpen = status === 200;
  const refused = `the engine stand-in refuses its record: ${status} (auth.token must be the one it was started with)`;
  return {
    answers: true,
    reasonsMissing: isOpen ? {} : { "show what reached the engine": refused },
    name: `the engine stand-in${isOpen ? "" : ` (its record is refused: ${status})`}`,
    isStandIn: true,
    isUnlimited: isOpen && saysUnlimited(body),
    generationsAfter: isOpen ? standInRecord(engine, token) : undefined,
    newestRecord: isOpen ? (signal) => newestOfStandIn(engine, token, signal) : undefined,
    tapRecordAfter: undefined,
  };
}

/** What it is called; undefined where nothing that speaks as an engine answers. */
async function nameOf(
  engine: HttpClient,
  version: string | undefined,
  { signal, isOpenAi }: { readonly signal: AbortSignal; readonly isOpenAi: boolean },
): Promise<string | undefined> {
  if (version === undefined) return await nameByOpenAiWire(engine, signal);
  const byOpenAi = isOpenAi ? await nameByOpenAiWire(engine, signal) : undefined;
  return byOpenAi ?? `Ollama ${version}`;
}

/** A server that has OpenAI's list of models, or asks for a key first; undefined where there is neither. */
async function nameByOpenAiWire(engine: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { status } = await engine.call("GET", engineRoutes.openAiModels.path(), { signal });
    return status === 200 || status === 401 ? "an OpenAI-compatible server" : undefined;
  } catch {
    return undefined;
  }
}

function saysUnlimited(record: unknown): boolean {
  return GenerationList.safeParse(record).data?.parallel === null;
}

/** After this number there is nothing: whoever asks wants to know only whether it is answered. */
const NOTHING = 999_999_999;

function standInPath(after: number): string {
  return engineRoutes.generations.path(undefined, { after });
}

function standInRecord(engine: HttpClient, token: string): EngineWatch["generationsAfter"] {
  return async (id, signal) => {
    const { body } = await callForRecord(engine, standInPath(id), token, signal);
    return GenerationList.parse(body).generations;
  };
}

/** An older one does not tell it alone: then all are read for it. */
async function newestOfStandIn(
  engine: HttpClient,
  token: string,
  signal: AbortSignal,
): Promise<NewestRecord> {
  const { body } = await callForRecord(engine, standInPath(NOTHING), token, signal);
  const { last_id } = GenerationList.parse(body);
  const all = last_id === undefined ? await standInRecord(engine, token)?.(0, signal) : [];
  return { id: last_id ?? all?.at(-1)?.id ?? 0, began_at: undefined };
}

/** As of the stand-in. */
async function newestOfTap(engine: HttpClient, token: string, signal: AbortSignal): Promise<NewestRecord> {
  const record = await tapRecord(engine, token, NOTHING, signal);
  const all = record?.last_id === undefined ? await tapRecord(engine, token, 0, signal) : undefined;
  return { id: record?.last_id ?? all?.exchanges.at(-1)?.id ?? 0, began_at: record?.began_at };
}

function tappedGenerations(engine: HttpClient, token: string): EngineWatch["generationsAfter"] {
  return async (id, signal) => {
    const record = await tapRecord(engine, token, id, signal);
    return record === undefined ? [] : generationsIn(record.exchanges, record.began_at);
  };
}

function tapPath(after: number): string {
  return `${TAP_PATH}?after=${after}`;
}

async function tapRecord(
  engine: HttpClient,
  token: string,
  after: number,
  signal: AbortSignal,
): Promise<TapRecord | undefined> {
  return recordIn(await callForRecord(engine, tapPath(after), token, signal));
}

function recordIn({ status, body }: SeenCall): TapRecord | undefined {
  if (status !== 200 || typeof body !== "object" || body === null || !("exchanges" in body)) return undefined;
  // Nobody else has this path, so that what answers there is a tap of ours.
  return body as TapRecord;
}

async function versionOf(engine: HttpClient, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { body } = await engine.call("GET", engineRoutes.version.path(), { signal });
    return EngineVersion.parse(body).version;
  } catch {
    return undefined;
  }
}
