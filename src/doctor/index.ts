/** Health as a ladder: each rung of the stack from its processes up to a cancelled reply, and why one is broken. */
import type { Config } from "../config/schema.ts";
import type { Role } from "../config/services.ts";
import { urlOf } from "../contract/address.ts";
import type { ForeignContract } from "../contract/foreign.ts";
import { exposureWarnings } from "../launch/exposure.ts";
import { lookAtStack, type Sighting, sightingOf } from "../launch/look.ts";
import type { ServiceState } from "../supervisor/inspect.ts";
import { readStates } from "../supervisor/keep/states.ts";
import { requireJudgeable } from "../supervisor/other-namespace.ts";
import { stateFolder } from "../supervisor/state.ts";
import { type ClimbOptions, climb, type Finding, type Rung, type RungReport } from "./ladder.ts";
import { ladder } from "./rungs/index.ts";
import { type Scene, setScene } from "./scene.ts";

export type { RungReport } from "./ladder.ts";

export interface ExamineOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Services that are elsewhere than configured: whoever has their port is taken for them. */
  readonly urls?: { readonly [Name in Role]?: string | undefined };
  /** Another contract than the configured one. */
  readonly contract?: ForeignContract | undefined;
  /** With the rungs that take longer than a heartbeat's time. */
  readonly slow?: boolean;
  /** Ends the look; what was made is deleted all the same. */
  readonly signal: AbortSignal;
  readonly onStart?: ClimbOptions<Scene>["onStart"];
  readonly onRung?: ClimbOptions<Scene>["onRung"];
}

/** The whole ladder as it was found. */
export interface LadderReport {
  /** True where no rung is broken. */
  readonly ok: boolean;
  readonly hmi: string;
  readonly gateway: string;
  readonly engine: string;
  /** The model that was judged: the configured one, or what stands in for it. */
  readonly model: string;
  /** The setting `chat.model`. */
  readonly configured_model: string;
  readonly rungs: readonly RungReport[];
  readonly took_ms: number;
  /** Sentences about what other machines can reach without a token. */
  readonly warnings: readonly string[];
  /** What was made for the look and could not be deleted. */
  readonly left_behind: readonly string[];
}

/** Tries every rung of a stack and deletes what it made. Throws only the signal's reason. */
export async function examine(options: ExamineOptions): Promise<LadderReport> {
  const { config, env, urls: given = {}, contract = config.contract, signal } = options;
  const start = performance.now();
  const urls = {
    engine: given.engine ?? config.engine.url,
    gateway: given.gateway ?? urlOf(config.gateway),
    hmi: given.hmi ?? urlOf(config.hmi),
  };
  const isElsewhere = (["engine", "gateway", "hmi"] as const).every((name) => given[name] !== undefined);
  const folder = stateFolder(config.state.dir);
  if (!isElsewhere) await requireJudgeable(folder);
  const sightings = isElsewhere ? [] : await lookAtStack(config, env);
  const stateOf = (name: Role): ServiceState | undefined => {
    const found = given[name] === undefined ? sightingOf(sightings, name) : undefined;
    return found !== undefined && isOurs(found, contract) ? found.state : undefined;
  };
  const { states: supervised } = readStates(folder);
  const lastExitOf = (name: Role) =>
    stateOf(name)?.state === "stopped" ? (supervised?.services[name]?.last_exit ?? undefined) : undefined;
  const { scene, clear } = setScene({
    urls,
    states: { engine: stateOf("engine"), gateway: stateOf("gateway"), hmi: stateOf("hmi") },
    lastExits: { engine: lastExitOf("engine"), gateway: lastExitOf("gateway"), hmi: lastExitOf("hmi") },
    token: config.auth.token,
    engineApi: config.engine.api,
    engineKey: config.engine.api_key,
    model: config.chat.model,
    heartbeatMs: config.stream.heartbeat_ms,
    contract,
    signal,
  });
  const flags = [
    ...Object.entries(given).flatMap(([name, url]) => (url === undefined ? [] : ` --${name} ${url}`)),
    ...(contract.driver === config.contract.driver ? [] : [` --contract ${contract.driver}`]),
  ].join("");
  const { onStart = ignore, onRung = ignore } = options;
  const rungs = ladder(options.slow ?? false).map((rung) => aimed(rung, flags));
  const climbed = climb({ rungs, scene, signal, onStart, onRung });
  // Cleared also where the climb was ended.
  const left_behind = await climbed.then(clear, clear);
  const reports = await climbed;
  return {
    ok: reports.every(({ status }) => status !== "broken"),
    ...urls,
    model: scene.notes.model,
    configured_model: config.chat.model,
    rungs: reports,
    took_ms: Math.round(performance.now() - start),
    warnings: exposureWarnings(
      config,
      sightings.filter(({ state }) => state.state === "running"),
    ),
    left_behind,
  };
}

/** Of a backend with a contract of its own only what was configured as a program, or runs, is of this stack. */
function isOurs({ kind, isExternal, state }: Sighting, { driver }: ForeignContract): boolean {
  return state.state === "running" || (!isExternal && (driver === "ours" || kind === "command"));
}

/** Commands of ours that judge the stack are told where it is, if that is not the configured place. */
function aimed(rung: Rung<Scene>, flags: string): Rung<Scene> {
  const withFlags = (finding: Finding): Finding => {
    if (finding.status !== "broken" || !/^stack verify (?!source)/.test(finding.problem.next)) return finding;
    return { ...finding, problem: { ...finding.problem, next: `${finding.problem.next}${flags}` } };
  };
  return { ...rung, look: async (scene) => withFlags(await rung.look(scene)) };
}

function ignore(): void {
  // Nobody watches.
}
