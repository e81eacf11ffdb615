import type { Config } from "../config/config-schema.ts";
import { ROLES, type Role } from "../config/service-config.ts";
import { addressOfUrl, urlOf } from "../contract/address.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import { inspectionOf, type StackInspection } from "../launch/inspect-stack.ts";
import { isConfiguredService } from "../launch/is-configured-service.ts";
import { findListeners, socketTable } from "../os/listening-ports.ts";
import { driverOf, frontOf } from "../targets/connect-chat.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";
import { SERVICE_TITLES } from "../targets/service-titles.ts";

/** Which stack is examined. */
interface Asked {
  readonly config: Config;
  readonly urls?: Urls;
  readonly contract?: ForeignContract | undefined;
  readonly driver?: Driver | undefined;
}

type Urls = { readonly [Name in Role]?: string | undefined };

/**
 * Which of the services somebody is seen to be at: by the look at those that the configuration names, or because somebody
 * listens at the address of one that it does not name.
 */
export async function servicesThere(
  config: Config,
  inspections: StackInspection,
): Promise<ReadonlySet<Role>> {
  const sockets = socketTable();
  const seen = ROLES.map(async (name) => {
    const inspected = inspectionOf(inspections, name);
    if (inspected !== undefined) return inspected.state.state === "stopped" ? [] : [name];
    const address = addressOfUrl(configuredUrls(config)[name]);
    return (await findListeners(address, [], sockets)).length > 0 ? [name] : [];
  });
  return new Set((await Promise.all(seen)).flat());
}

/**
 * Where the services are: named, or configured. Of a stack that speaks another wire than the configured one, only what
 * is named, and where its messages go; of one that is configured with another wire than ours, also what it is known to
 * have behind that.
 *
 * @param there {@link servicesThere}
 */
export function urlsOfServices(options: Asked, there: ReadonlySet<Role>): Urls {
  const { config, urls: given = {}, contract = config.contract, driver } = options;
  const configured = configuredUrls(config);
  const isOtherStack = contract.driver !== config.contract.driver;
  const known = isOtherStack
    ? new Set([frontOf({ contract, driver })])
    : servicesOfStack({ config, contract, driver }, there);
  const urlOfService = (name: Role): string | undefined =>
    given[name] ?? (known.has(name) ? configured[name] : undefined);
  return { engine: urlOfService("engine"), gateway: urlOfService("gateway"), hmi: urlOfService("hmi") };
}

/** The services that nobody looks at, as this stack has none: in sentences with the setting that would name one. */
export function absentServices({ config, contract = config.contract, driver }: Asked, urls: Urls): string[] {
  // Of the wires of others most have no gateway, or no page; an engine they all ask.
  const isOurWire = driverOf({ driver, contract }) === undefined;
  return ROLES.filter((name) => urls[name] === undefined && (isOurWire || name === "engine")).map((name) => {
    const settings = name === "engine" ? "engine.url" : `${name}.host and ${name}.port`;
    return `The ${SERVICE_TITLES[name]} is not judged, as nobody is at its default address and nothing names one: services.${name}, ${settings}, or --${name} would.`;
  });
}

function configuredUrls({ engine, gateway, hmi }: Config): Record<Role, string> {
  return { engine: engine.url, gateway: urlOf(gateway), hmi: urlOf(hmi) };
}

/** What the configuration names, and who is there. A default address at which nobody is says nothing of a stack. */
function servicesOfStack(asked: Asked, there: ReadonlySet<Role>): ReadonlySet<Role> {
  const { config, contract = config.contract, driver } = asked;
  const kind = driverOf({ driver, contract });
  if (kind === undefined) return servicesOfOurs(config, there);
  const front = frontOf({ contract, driver });
  const isKnown = (name: Role): boolean =>
    name === front ||
    there.has(name) ||
    isConfiguredService(config, name) ||
    kind.behind?.some((each) => each === name) === true;
  return new Set(ROLES.filter(isKnown));
}

/** Where it names none of the three, they are ours at their addresses. What ours asks is missed where it is not there. */
function servicesOfOurs(config: Config, there: ReadonlySet<Role>): ReadonlySet<Role> {
  const { services } = config;
  const isAsked = (name: Role): boolean => services[ASKED_BY[name] ?? ""]?.embedded !== undefined;
  const known = ROLES.filter(
    (name) =>
      services[name] !== undefined || there.has(name) || isConfiguredService(config, name) || isAsked(name),
  );
  return new Set(known.length === 0 ? ROLES : known);
}

const ASKED_BY: { readonly [Name in Role]?: Role } = { engine: "gateway", gateway: "hmi" };
