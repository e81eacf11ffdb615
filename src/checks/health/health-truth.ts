import { addressOfUrl, isLoopback } from "../../contract/address.ts";
import { Health } from "../../contract/common-schemas.ts";
import { EngineVersion } from "../../contract/engine-schemas.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { type Broken, defineCheck } from "../../harness/define-check.ts";
import type { SeenCall } from "../../targets/http-client.ts";
import { isTapped } from "../../targets/is-tapped.ts";
import { proxyThatAnswered } from "../../targets/proxy-by-headers.ts";
import { replicaThatAnswered } from "../../targets/service-replicas.ts";
import type { Context } from "../contract-conversations.ts";
import { areOfSeveral } from "./health-of-replicas.ts";
import {
  allAnswers,
  type ContractService,
  type HealthLook,
  SERVICES,
  type Watched,
  watchReplies,
} from "./watched-replies.ts";

interface Evidence {
  readonly watched: Watched;
  /** The port that each service was asked at; null where something in between has a port of its own. */
  readonly ports: Readonly<Record<ContractService, number | null>>;
  /** What the engine says of itself; null where it cannot be asked. */
  readonly engineVersion: string | null;
}

/** One thing that a health report says, and what is so. */
interface Statement {
  readonly what: string;
  readonly says: unknown;
  readonly isSo: unknown;
}

export const truth = defineCheck<Context["target"], Evidence>({
  id: "health/truth",
  claim:
    "what /health says is so: the versions behind it, a time that passes, its own port where nothing stands between",
  why: "A report that is cached or made up tells of a stack that is not there, such as a second HMI's.",
  lookAt: "GET /health: each field asked for at that moment, the dependencies by a call to them",
  needs: ["speak the contract"],
  async collect(context) {
    const watched = await watchReplies(context);
    const portIn = (service: ContractService) => portOf(context, service, allAnswers(service, watched));
    return {
      watched,
      ports: { hmi: await portIn("hmi"), gateway: await portIn("gateway") },
      engineVersion: await engineVersion(context),
    };
  },
  judge(evidence) {
    const statements = statementsIn(evidence);
    const wrong = statements.filter(({ says, isSo }) => says !== isSo);
    const mapped = SERVICES.flatMap((service) => mappedPort(service, evidence) ?? []);
    const seen = [`compared: ${statements.map(({ what }) => what).join(", ")}`, ...mapped].join("; ");
    return wrong[0] === undefined ? { verdict: "holds", seen } : brokenBy(wrong, seen);
  },
});

/** The port of a loopback URL; a proxy and a tap have other ones than the service behind them. */
async function portOf(
  { target, signal }: Context,
  service: ContractService,
  answers: readonly SeenCall[],
): Promise<number | null> {
  const { host, port } = addressOfUrl(target.urls[service]);
  const isProxied =
    areOfSeveral(answers) || answers.some((answer) => proxyThatAnswered(answer) !== undefined);
  if (isProxied || !isLoopback(host)) return null;
  return (await isTapped(target[service], signal)) ? null : port;
}

async function engineVersion({ target, signal }: Context): Promise<string | null> {
  try {
    const { body } = await target.engine.call("GET", engineRoutes.version.path(), { signal });
    return EngineVersion.safeParse(body).data?.version ?? null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}

function statementsIn({ watched, ports, engineVersion: version }: Evidence): Statement[] {
  const first = healthsIn(watched.before);
  const known = (what: string, says: unknown, isSo: unknown): Statement[] =>
    isSo === null ? [] : [{ what, says, isSo }];
  return [
    ...SERVICES.flatMap((service) => [
      ...(mappedPort(service, { watched, ports }) === undefined
        ? known(`the ${service}'s port`, first[service]?.port, ports[service])
        : []),
      ...timePasses(service, allAnswers(service, watched)),
    ]),
    ...known("the engine's version", first.gateway?.dependencies["engine"]?.version, version),
    {
      what: "the gateway's version",
      says: first.hmi?.dependencies["gateway"]?.version,
      isSo: first.gateway?.version,
    },
  ];
}

/**
 * What is said of a port other than the one that was asked; undefined where it is none. A mapping of ports, such as a container's,
 * shows nothing of itself: the service may well listen at the port that it names.
 */
function mappedPort(
  service: ContractService,
  { watched, ports }: Pick<Evidence, "watched" | "ports">,
): string | undefined {
  const says = healthsIn(watched.before)[service]?.port;
  const asked = ports[service];
  return says === undefined || asked === null || says === asked
    ? undefined
    : `not compared: the ${service}'s port, for it says ${says} and was asked at ${asked}, as behind a mapping of ports`;
}

/** Of the copy that answered first, by its first answer and its last; nothing is said of one of several that answered once. */
function timePasses(service: ContractService, answers: readonly SeenCall[]): Statement[] {
  const [first] = answers;
  if (first === undefined) return [];
  const copy = replicaThatAnswered(first);
  const last = answers.findLast((answer) => replicaThatAnswered(answer) === copy);
  if (last === first && areOfSeveral(answers)) return [];
  const says = isLater(healthIn(first), healthIn(last ?? first));
  return [{ what: `the ${service}'s time passes`, says, isSo: true }];
}

function healthIn({ body }: SeenCall): Health | undefined {
  return Health.safeParse(body).data;
}

function healthsIn(looks: readonly HealthLook[]): Partial<Record<ContractService, Health>> {
  return Object.fromEntries(
    looks.flatMap(({ service, call }) => {
      const health = healthIn(call);
      return health === undefined ? [] : [[service, health]];
    }),
  );
}

function isLater(first: Health | undefined, last: Health | undefined): boolean {
  if (first === undefined || last === undefined) return false;
  return Date.parse(last.timestamp) > Date.parse(first.timestamp) && last.uptime_s >= first.uptime_s;
}

function brokenBy(wrong: readonly Statement[], seen: string): Broken {
  const told = (key: "says" | "isSo"): string =>
    wrong.map((each) => `${each.what}: ${each[key] ?? "not told"}`).join("; ");
  return { verdict: "broken", expected: told("isSo"), found: told("says"), seen };
}
