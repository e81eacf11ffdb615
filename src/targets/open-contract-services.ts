import { Health } from "../contract/common-schemas.ts";
import { hmiRoutes } from "../contract/routes.ts";
import { UserError } from "../errors/user-error.ts";
import { MissingEndpoint } from "../harness/target-errors.ts";
import { createAdaptingClient, isLacking } from "./contract-adapting-client.ts";
import { deviationsOf } from "./contract-deviations.ts";
import { callersOf } from "./drivers/caller-session.ts";
import { createContractChat } from "./drivers/contract-chat.ts";
import type { HttpClient, SeenCall } from "./http-client.ts";
import { findModelsByCapability } from "./models-by-capability.ts";
import { createSpreadClient, type MetReplicas, whyOnlyOne } from "./service-replicas.ts";
import { SERVICE_TITLES } from "./service-titles.ts";
import { type Connecting, doesNotAnswer, type TargetServices } from "./target-connections.ts";
import { tokenRefused } from "./token-refused.ts";

/** An HMI and a gateway that follow the contract, or say where they depart from it. */
export async function openContractServices({ given, soon, opened }: Connecting): Promise<TargetServices> {
  const departures = deviationsOf(given.contract);
  const open = (service: Service, token: string | undefined, url = given[service]): HttpClient => {
    if (url === undefined)
      throw new UserError("bad_url", `The URL of the ${SERVICE_TITLES[service]} is not known.`);
    const client = createAdaptingClient({ url, token, service, departures });
    opened.push(client);
    return client;
  };
  const [hmi, gateway] = [open("hmi", given.token), open("gateway", given.token)];
  const { other } = callersOf(given);
  const otherHmi = other && open("hmi", other.secret);
  const otherPerson = otherHmi && {
    hmi: otherHmi,
    gateway: open("gateway", other.secret),
    chat: createContractChat(otherHmi, departures),
  };
  await requireServices({ hmi, gateway }, given, soon);
  const listed = await findModelsByCapability(hmi, soon());
  const models = isLacking(departures, "engine.think") ? { ...listed, thinking: null } : listed;
  const chat = createContractChat(hmi, departures);
  const spread = (service: Service): HttpClient => {
    const [first = given[service], ...others] = (given.copies ?? []).flatMap((copy) => copy[service] ?? []);
    return createSpreadClient([
      open(service, given.token, first),
      ...others.map((url) => open(service, given.token, url)),
    ]);
  };
  return {
    hmi,
    gateway,
    chat,
    front: "hmi",
    plainHttp: undefined,
    models,
    otherPerson,
    speaksContract: true,
    copies: await meetReplicas({ hmi: spread("hmi"), gateway: spread("gateway") }, soon()),
  };
}

type Service = "hmi" | "gateway";

/** Looks whether there are several. */
async function meetReplicas(clients: MetReplicas["clients"], signal: AbortSignal): Promise<MetReplicas> {
  const [hmi, gateway] = await Promise.all([
    whyOnlyOne(clients.hmi, SERVICE_TITLES.hmi, signal),
    whyOnlyOne(clients.gateway, SERVICE_TITLES.gateway, signal),
  ]);
  return {
    clients,
    reasonsMissing: { "meet two copies of the HMI": hmi, "meet two copies of the gateway": gateway },
  };
}

/**
 * A claim about a reply can be judged only where replies can come. A service that does not report its
 * health as ours do is taken as it is: what is wrong with it is for the checks to say.
 */
async function requireServices(
  { hmi, gateway }: Readonly<Record<Service, HttpClient>>,
  given: Connecting["given"],
  soon: Connecting["soon"],
): Promise<void> {
  const [front, behind] = await Promise.allSettled([
    healthOf(hmi, "hmi", given, soon()),
    healthOf(gateway, "gateway", given, soon()),
  ]);
  if (front.status === "rejected") throw front.reason;
  if (behind.status === "rejected") {
    const isUndescribed = front.value === undefined && given.origins?.gateway?.isDefault === true;
    throw isUndescribed ? notDescribed(hmi.url, behind.reason) : behind.reason;
  }
  requireHealthy(hmi, "hmi", front.value);
  requireHealthy(gateway, "gateway", behind.value);
}

function notDescribed(url: string, cause: unknown): UserError {
  return new UserError(
    "unreachable",
    `Nothing says how the back end at ${url} is talked to: its health is not told as docs/contract.md has it, and there is no gateway.`,
    {
      hint: "`stack init --from chat.har` learns it from a browser's network log of one message (docs/your-back-end.md), or contract.driver names a wire.",
      cause,
    },
  );
}

function requireHealthy({ url }: HttpClient, name: Service, health: Health | undefined): void {
  if (health === undefined) return;
  if (health.service !== name) {
    throw new UserError(
      "bad_url",
      `At ${url} is the ${SERVICE_TITLES[health.service]}, not the ${SERVICE_TITLES[name]}.`,
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
    `The ${SERVICE_TITLES[name]} at ${url} cannot answer a message: ${said}`,
    {
      hint: "Run `stack status` to see which service is down.",
    },
  );
}

/** What a service says of itself; undefined where that is not as ours say it. */
async function healthOf(
  client: HttpClient,
  name: Service,
  given: Connecting["given"],
  signal: AbortSignal,
): Promise<Health | undefined> {
  let answer: SeenCall;
  try {
    answer = await client.call("GET", hmiRoutes.health.path(), { signal });
  } catch (error) {
    // A backend without a health report is taken as it is, too.
    if (error instanceof MissingEndpoint) return undefined;
    throw doesNotAnswer(name, client.url, error, given);
  }
  if (answer.status === 401) throw tokenRefused(SERVICE_TITLES[name], client.url);
  return Health.safeParse(answer.body).data;
}
