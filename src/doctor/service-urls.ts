import type { Config } from "../config/config-schema.ts";
import type { Role } from "../config/service-config.ts";
import { urlOf } from "../contract/address.ts";
import type { ForeignContract } from "../contract/foreign-back-end.ts";
import { inspectionOf, type StackInspection } from "../launch/inspect-stack.ts";
import { isConfiguredService } from "../launch/is-configured-service.ts";
import { driverOf, frontOf } from "../targets/connect-chat.ts";
import type { Driver } from "../targets/drivers/define-driver.ts";

/** Which stack is examined. */
interface Asked {
  readonly config: Config;
  readonly urls?: Urls;
  readonly contract?: ForeignContract | undefined;
  readonly driver?: Driver | undefined;
}

type Urls = { readonly [Name in Role]?: string | undefined };

/**
 * Where the services are: named, or configured. Of a stack that speaks another wire than the configured one, only what
 * is named, and where its messages go; of one that is configured with another wire than ours, also what it is known to
 * have behind that.
 */
export function urlsOfServices(options: Asked, inspections: StackInspection): Urls {
  const { config, urls: given = {}, contract = config.contract, driver } = options;
  const front = frontOf({ contract, driver });
  const configured = { engine: config.engine.url, gateway: urlOf(config.gateway), hmi: urlOf(config.hmi) };
  const isOtherStack = contract.driver !== config.contract.driver;
  const isKnown = (name: Role): boolean =>
    name === front || (!isOtherStack && isOfStack(name, options, inspections));
  const urlOfService = (name: Role): string | undefined =>
    given[name] ?? (isKnown(name) ? configured[name] : undefined);
  return { engine: urlOfService("engine"), gateway: urlOfService("gateway"), hmi: urlOfService("hmi") };
}

/** A default address at which nobody is says nothing of a back end of others: it need not have such a service. */
function isOfStack(name: Role, { config, driver }: Asked, inspections: StackInspection): boolean {
  const { contract } = config;
  const kind = driverOf({ driver, contract });
  if (kind === undefined) return true;
  const isThere = inspectionOf(inspections, name)?.state.state !== "stopped";
  return isConfiguredService(config, name) || isThere || kind.behind?.some((each) => each === name) === true;
}
