import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { DEFAULTS } from "../../contract/contract-defaults.ts";
import { isRole } from "../addresses.ts";
import { type ConfigProblem, isRecord } from "../config-layer.ts";
import type { Settings } from "../config-schema.ts";
import { problemsOf } from "../schema-problems.ts";
import type { ServiceConfig, ServiceProbe, ServiceRestart, Services } from "../service-config.ts";
import { PLAIN_WORDS } from "../zod-error-messages.ts";
import { dependencyProblems, namesIn, restartsWith } from "./dependency-problems.ts";
import { readCommand, readVariables } from "./read-command.ts";
import { httpProbe, readLiveness, readReadiness, TCP_PROBE } from "./read-probes.ts";
import type { ReportProblem } from "./report-problem.ts";
import { checkKind, serviceKindOf } from "./service-kinds.ts";
import { type DependsOnInput, SERVICE_NAME, type ServiceInput, ServiceSchema } from "./service-schema.ts";

/** Reads what stands under `services`. `folder` is the configuration's; without settings roles are not compared. */
export function readServices(
  given: unknown,
  folder: string,
  settings: Settings | undefined,
): { readonly services: Services; readonly problems: readonly ConfigProblem[] } {
  if (!isRecord(given) || Object.keys(given).length === 0) {
    const message = "expected services by name, such as `worker:` with a `command`";
    return { services: {}, problems: [{ path: ["services"], part: "value", message }] };
  }
  const problems: ConfigProblem[] = [];
  const services: Record<string, ServiceConfig> = {};
  const dependencies = new Map<string, DependsOnInput>();
  for (const [name, value] of Object.entries(given)) {
    const tell: ReportProblem = (path, message, part = "value") =>
      problems.push({ path: ["services", name, ...path], part, message });
    checkName(name, tell);
    const parsed = ServiceSchema.safeParse(value, PLAIN_WORDS);
    dependencies.set(name, dependenciesOf(value));
    if (parsed.success) {
      const service = readService(name, parsed.data, { folder, settings, tell });
      if (service !== undefined) services[name] = service;
    } else problems.push(...problemsOf(ServiceSchema, parsed.error, { above: ["services", name] }));
  }
  return { services, problems: [...problems, ...dependencyProblems(dependencies)] };
}

/** Of a service that may have other mistakes: what is wrong with who depends on whom is told with them. */
function dependenciesOf(value: unknown): DependsOnInput {
  const { depends_on } = isRecord(value) ? value : {};
  return ServiceSchema.shape.depends_on.safeParse(depends_on).data ?? [];
}

/** Names that have a record and a log in the state folder too. */
const RESERVED = new Map([
  ["supervisor", "what watches the services"],
  ["tap", "the tap before the engine"],
]);

function checkName(name: string, tell: ReportProblem): void {
  const owner = RESERVED.get(name);
  if (owner !== undefined) tell([], `is the name of ${owner}: take another`, "name");
  else if (!SERVICE_NAME.test(name)) {
    tell([], "must be of letters, digits, `.`, `_` and `-`, the first a letter or digit", "name");
  }
}

interface ReadContext {
  readonly folder: string;
  readonly settings: Settings | undefined;
  readonly tell: ReportProblem;
}

/** Undefined where it is not to be known what kind of service it is. */
function readService(
  name: string,
  input: ServiceInput,
  { folder, settings, tell }: ReadContext,
): ServiceConfig | undefined {
  const kind = serviceKindOf(input, tell);
  if (kind === undefined) return undefined;
  checkKind(name, kind, input, settings, tell);
  const {
    command,
    kind: purpose,
    embedded,
    url,
    cwd = ".",
    env,
    env_files,
    host,
    port,
    depends_on = [],
    ...others
  } = input;
  const { ready, live, restart, watch, ...rest } = others;
  const place = { cwd: resolve(folder, cwd), env: readVariables(input, folder, tell) };
  const probed = { listens: isRole(name) || port !== undefined || url !== undefined, place, tell };
  const readiness = ready === undefined ? defaultReadiness(name, input, tell) : readReadiness(ready, probed);
  const liveness = live && readLiveness(live, probed);
  const settled = {
    ...rest,
    depends_on: namesIn(depends_on),
    ...restartsWith(depends_on),
    ...(port !== undefined && { host: host ?? DEFAULTS.host, port }),
    ...(readiness && { ready: readiness }),
    ...(liveness && { live: liveness }),
    ...(restart !== undefined && { restart: readRestart(restart) }),
  };
  if (url !== undefined) return { url, ...settled };
  if (embedded !== undefined) return { embedded, ...settled };
  const program = readCommand(command ?? "", place, ["command"], tell);
  const watched = watch !== undefined && { watch: readWatched(watch, folder, tell) };
  return program && { command: program, ...watched, ...(purpose === "job" && { isJob: true }), ...settled };
}

/** What is not there is told: a path that is misspelt would never change. */
function readWatched(
  given: string | readonly string[],
  folder: string,
  tell: ReportProblem,
): readonly string[] {
  const isList = typeof given !== "string";
  return (isList ? given : [given]).map((path, index) => {
    const whole = resolve(folder, path);
    if (!existsSync(whole))
      tell(["watch", ...(isList ? [index] : [])], `there is no file or folder ${whole}`);
    return whole;
  });
}

/** For who says nothing: a role is known, a URL should answer, and a port should take a connection. */
function defaultReadiness(
  name: string,
  { kind, embedded, url, port }: ServiceInput,
  tell: ReportProblem,
): ServiceProbe | undefined {
  if (kind === "job" || isRole(name) || embedded !== undefined) return undefined;
  if (url !== undefined) return httpProbe(pathOf(url));
  if (port !== undefined) return TCP_PROBE;
  tell([], "has no `port`, so it needs a `ready` with `log` or `command`, or is a `kind: job`", "name");
  return undefined;
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

function readRestart(given: Exclude<ServiceInput["restart"], undefined>): ServiceRestart {
  return typeof given === "string" ? { policy: given } : { policy: "on-failure", ...given };
}
