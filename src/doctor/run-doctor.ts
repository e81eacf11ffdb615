/** Health as a ladder: each rung of the stack from its processes up to a cancelled reply, and why one is broken. */
import type { Config } from "../config/config-schema.ts";
import type { Role } from "../config/service-config.ts";
import type { LadderReport } from "../contract/doctor-report.ts";
import type { EndpointName, ForeignContract } from "../contract/foreign-back-end.ts";
import { postgresqlName } from "../contract/store-address.ts";
import { exposureWarnings } from "../launch/exposure-warnings.ts";
import { inspectionOf, inspectStack } from "../launch/inspect-stack.ts";
import { serviceAddressSources } from "../launch/service-address-sources.ts";
import { engineUrlForGateway } from "../launch/service-specs.ts";
import { knownSupervisor } from "../supervisor/client/known-supervisor.ts";
import { noteProcesses } from "../supervisor/client/service-deaths.ts";
import type { ServiceState } from "../supervisor/inspect-service.ts";
import { stateFolder } from "../supervisor/state-folder.ts";
import { requireStateFolderAccess } from "../supervisor/state-folder-access.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { isRefusal } from "../targets/drivers/refusal.ts";
import { whyNotObservable } from "../targets/why-not-observable.ts";
import { blameDeaths } from "./blame-deaths.ts";
import { type ClimbOptions, climb, type Rung, type RungFinding } from "./climb-ladder.ts";
import { type ExaminedStack, openExamination } from "./doctor-context.ts";
import { keepLastReport } from "./keep-last-report.ts";
import { refusedByFront } from "./refused-call.ts";
import { deletionRung } from "./rungs/deletion-rung.ts";
import { ladder, wireLadder } from "./rungs/doctor-ladders.ts";
import { replicasRungs } from "./rungs/replicas-rung.ts";
import { absentServices, servicesThere, urlsOfServices } from "./service-urls.ts";

export type { LadderReport, RungReport } from "../contract/doctor-report.ts";

export interface ExamineOptions {
  readonly config: Config;
  readonly env: NodeJS.ProcessEnv;
  /** Services that are elsewhere than configured: whoever has their port is taken for them. */
  readonly urls?: { readonly [Name in Role]?: string | undefined };
  /** Another contract than the configured one. */
  readonly contract?: ForeignContract | undefined;
  /** A driver of the user's own; counts before `contract.driver`. */
  readonly driver?: Driver | undefined;
  /** Whether somebody has said what `chat.model` is: then it is what a back end takes whose messages name none. */
  readonly isModelGiven?: boolean;
  /** With the rungs that take longer than a heartbeat's time. */
  readonly slow?: boolean;
  /** Ends the look; what was made is deleted all the same. */
  readonly signal: AbortSignal;
  readonly onStart?: ClimbOptions<ExaminedStack>["onStart"];
  readonly onRung?: ClimbOptions<ExaminedStack>["onRung"];
}

/**
 * Tries every rung of a stack and deletes what it made. The report is kept in the state folder of a stack that `stack up` keeps,
 * and of no other. Throws only the signal's reason.
 */
export async function examine(options: ExamineOptions): Promise<LadderReport> {
  const { config, env, urls: given = {}, contract = config.contract, driver, signal } = options;
  const start = performance.now();
  const isOtherStack = contract.driver !== config.contract.driver;
  const isElsewhere =
    isOtherStack || (["engine", "gateway", "hmi"] as const).every((name) => given[name] !== undefined);
  const folder = stateFolder(config.state.dir);
  if (!isElsewhere) await requireStateFolderAccess(folder);
  const deathsMeanwhile = isElsewhere ? async () => [] : noteProcesses(folder);
  const inspections = isElsewhere ? [] : await inspectStack(config, env);
  const urls = urlsOfServices(options, isElsewhere ? new Set() : await servicesThere(config, inspections));
  // The engine is looked at behind its tap.
  const untapped = { ...config, engine: { ...config.engine, tap_port: 0 } };
  const origins = serviceAddressSources(untapped, { urls: given, contract });
  const stateOf = (name: Role): ServiceState | undefined => {
    const found = given[name] === undefined ? inspectionOf(inspections, name) : undefined;
    if (found === undefined) return undefined;
    const isOurs = !found.isExternal && origins[name]?.isStartedByStack === true;
    return isOurs || found.state.state === "running" ? found.state : undefined;
  };
  const { isHeard, reports: supervised } = knownSupervisor(folder);
  const lastExitOf = (name: Role) =>
    stateOf(name)?.state === "stopped" ? (supervised[name]?.last_exit ?? undefined) : undefined;
  const copiesOf = (name: Role): readonly Rung<ExaminedStack>[] =>
    given[name] === undefined ? replicasRungs(name, inspections, isHeard ? supervised : {}) : [];
  const { stack, close } = openExamination({
    urls,
    origins,
    tapUrl: tapUrlOf(options),
    states: { engine: stateOf("engine"), gateway: stateOf("gateway"), hmi: stateOf("hmi") },
    lastExits: { engine: lastExitOf("engine"), gateway: lastExitOf("gateway"), hmi: lastExitOf("hmi") },
    token: config.auth.token,
    users: config.auth.users,
    engineApi: config.engine.api,
    engineKey: config.engine.api_key,
    model: config.chat.model,
    isModelGiven: options.isModelGiven,
    heartbeatMs: config.stream.heartbeat_ms,
    postgresql: config.store.url === "" ? undefined : postgresqlName(config.store.url),
    agent: config.chat.agent,
    contract,
    driver,
    signal,
  });
  const flags = flagsOf(options);
  const { onStart = ignore, onRung = ignore } = options;
  const isOurWire = driver === undefined && contract.driver === "ours";
  const rungs = (isOurWire ? ladder(stack, options.slow ?? false) : wireLadder(stack))
    .flatMap((rung) => (rung.name === "port" ? [rung, ...copiesOf(rung.service)] : [rung]))
    .map((rung) => aimed(rung, flags))
    .map((rung) => knownGap(rung, contract));
  const climbing: Omit<ClimbOptions<ExaminedStack>, "rungs"> = {
    ...{ subject: stack, signal, onStart },
    onRung(report) {
      stack.notes.rungs.push(report);
      onRung(report);
    },
    amend: (rung) => blameDeaths(rung, deathsMeanwhile),
    findingOf: (error) => (isRefusal(error) ? refusedByFront(stack, error.answer) : undefined),
    whyNotObservable: (error) => whyNotObservable(error, { driver, contract, hasStore: false }),
  };
  const climbed = climb({ ...climbing, rungs });
  // Closed also where the climb was ended.
  const { leftBehind, undone } = await climbed.then(close, close);
  const reports = [
    ...(await climbed),
    ...(await climb({ ...climbing, rungs: [deletionRung(stack.front, undone)] })),
  ];
  const report: LadderReport = {
    ok: reports.every(({ status }) => status !== "broken"),
    hmi: urls.hmi ?? null,
    gateway: urls.gateway ?? null,
    engine: urls.engine ?? null,
    model: stack.notes.model,
    configured_model: config.chat.model,
    rungs: reports,
    took_ms: Math.round(performance.now() - start),
    warnings: exposureWarnings(
      config,
      inspections.filter(({ state }) => state.state === "running"),
    ),
    not_judged: absentServices(options, urls),
    left_behind: leftBehind,
  };
  const isKept = isHeard || inspections.some(({ state }) => state.state === "running");
  if (isKept && flags === "") keepLastReport(config, report);
  return report;
}

/** Where the configured tap is; undefined where there is none, or another engine is named than the one it is before. */
function tapUrlOf({ config, urls: { engine } = {}, contract = config.contract }: ExamineOptions) {
  const isOther = engine !== undefined || contract.driver !== config.contract.driver;
  return isOther || config.engine.tap_port === 0 ? undefined : engineUrlForGateway(config);
}

/** What tells another command of ours where this stack is; empty for the configured place. */
function flagsOf({ config, urls = {}, contract = config.contract }: ExamineOptions): string {
  return [
    ...Object.entries(urls).flatMap(([name, url]) => (url === undefined ? [] : ` --${name} ${url}`)),
    ...(contract.driver === config.contract.driver ? [] : [` --contract ${contract.driver}`]),
  ].join("");
}

/** Which call of the contract a rung is about, where that can be known not to be there. */
const ENDPOINT_OF: Readonly<Record<string, EndpointName>> = {
  "gateway/resume": "gateway.resume",
  "gateway/cancel": "gateway.cancel",
  "hmi/cancel": "hmi.cancel",
  "hmi/general-stream": "hmi.generalStream",
  "hmi/page": "pages.llm",
  "hmi/scripts": "pages.llm",
};

/** What the contract says is not there is told as known, and is nothing new. */
function knownGap(rung: Rung<ExaminedStack>, { lacks }: ForeignContract): Rung<ExaminedStack> {
  const endpoint = ENDPOINT_OF[rung.id];
  if (endpoint === undefined || lacks[endpoint] === undefined || lacks[endpoint] === "judged") return rung;
  return {
    ...rung,
    async look(stack) {
      const finding = await rung.look(stack);
      if (finding?.status !== "broken") return finding;
      return {
        status: "skipped",
        text: `a known gap (contract.lacks: ${endpoint}): ${finding.problem.found}`,
      };
    },
  };
}

/** Commands of ours that judge the stack are told where it is, if that is not the configured place. */
function aimed(rung: Rung<ExaminedStack>, flags: string): Rung<ExaminedStack> {
  const withFlags = (finding: RungFinding | undefined): RungFinding | undefined => {
    if (finding?.status !== "broken" || !/^stack verify (?!source)/.test(finding.problem.next))
      return finding;
    return { ...finding, problem: { ...finding.problem, next: `${finding.problem.next}${flags}` } };
  };
  return { ...rung, look: async (stack) => withFlags(await rung.look(stack)) };
}

function ignore(): void {
  // Nobody watches.
}
