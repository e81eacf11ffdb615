import type { Config } from "../config/config-schema.ts";
import { replicaAddresses } from "../config/replicas.ts";
import { type Address, urlOf } from "../contract/address.ts";
import { DRIVERS, type ForeignContract } from "../contract/foreign-back-end.ts";
import { UserError } from "../errors/user-error.ts";
import { serviceAddressSources } from "../launch/service-address-sources.ts";
import { engineUrlForGateway } from "../launch/service-specs.ts";
import { stackStatus } from "../launch/stack-status.ts";
import type { TargetUrls, WholeTargetUrls } from "../targets/open-target.ts";
import type { ReplicaUrls } from "../targets/service-replicas.ts";
import { targetSettings } from "../targets/target-settings.ts";
import type { VerifyOptions } from "../verify/verify-stack.ts";
import { chosenContract, loadDriverFile } from "./chosen-contract.ts";
import type { Screen } from "./screen.ts";
import { parseServiceUrl } from "./service-url.ts";

interface TargetFlagValues {
  "in-process": boolean;
  hmi: string | undefined;
  gateway: string | undefined;
  engine: string | undefined;
  contract: string | undefined;
}

/** A stack that runs, by its URLs. */
interface FoundTarget {
  readonly target: Exclude<VerifyOptions["target"], "in-process">;
  /** What it is called, where it is the configured one. */
  readonly describeTarget?: string;
}

/** What to look at: what the flags say; else the running stack; else a stack of our own. Throws a UserError. */
export async function chooseTarget(
  flags: TargetFlagValues,
  config: Config,
  screen: Screen,
): Promise<Pick<VerifyOptions, "target" | "describeTarget">> {
  const given = [flags.hmi, flags.gateway, flags.engine].filter((url) => url !== undefined);
  if (flags["in-process"] && given.length > 0) {
    throw new UserError("bad_flag", "--in-process and URLs exclude each other.", {
      hint: "Leave one of them out.",
    });
  }
  if (flags["in-process"] && flags.contract !== undefined) {
    throw new UserError("bad_flag", "--in-process judges a stack of our own: its contract is known.", {
      hint: "Leave --contract out.",
    });
  }
  if (flags["in-process"]) return { target: "in-process" };
  const found = await findTarget(flags, config);
  if (found !== undefined) return found;
  screen.line(
    "  No stack runs here, so a fresh one is judged. --hmi, --gateway and --engine name another.",
    2,
  );
  return { target: "in-process" };
}

/** The stack that the flags name; else the running one; undefined where there is none. Throws a UserError. */
export async function findTarget(
  flags: Omit<TargetFlagValues, "in-process">,
  config: Config,
): Promise<FoundTarget | undefined> {
  const given = [flags.hmi, flags.gateway, flags.engine].filter((url) => url !== undefined);
  const target = await namedTarget(flags, config);
  // A stack of our own would not be what this contract is of.
  if (given.length > 0 || target.contract?.driver !== "ours") return { target };
  const { services } = await stackStatus(config, process.env);
  const ours = services.filter(({ name }) => name !== "engine");
  // A stack that is there and broken must not be passed over for a fresh one that is not.
  if (ours.some(({ state }) => state !== "stopped")) return { target, describeTarget: "the running stack" };
  return undefined;
}

/**
 * The services of a stack. Of one that speaks another wire, by a flag, only those count that are named, and the one that
 * messages go to: what else is configured here is of another stack.
 */
function urlsOf(
  flags: Omit<TargetFlagValues, "in-process">,
  config: Config,
  front: "hmi" | "gateway" | "engine",
): Pick<TargetUrls, "hmi" | "gateway" | "engine"> {
  const configured = {
    hmi: urlOf(config.hmi),
    gateway: urlOf(config.gateway),
    engine: engineUrlForGateway(config),
  };
  const isElsewhere = flags.contract !== undefined && flags.contract !== "ours";
  const url = (name: keyof typeof configured): string | undefined => {
    const given = flags[name];
    if (given !== undefined) return parseServiceUrl(given);
    return isElsewhere && name !== front ? undefined : configured[name];
  };
  return { hmi: url("hmi"), gateway: url("gateway"), engine: url("engine") };
}

/** The target with all three services. Throws a UserError where one is not known. */
export function requireWhole(target: TargetUrls): WholeTargetUrls {
  const { hmi, gateway, engine } = target;
  if (hmi !== undefined && gateway !== undefined && engine !== undefined)
    return { ...target, hmi, gateway, engine };
  throw new UserError(
    "bad_flag",
    "The proof stands in front of all services, and one of them is not known.",
    {
      hint: "Name them: --hmi URL --gateway URL --engine URL.",
    },
  );
}

/** Where the stack is by flags and configuration, whether it runs or not. Throws a UserError. */
export async function namedTarget(
  flags: Omit<TargetFlagValues, "in-process">,
  config: Config,
): Promise<TargetUrls> {
  const contract = withOwnStore(chosenContract(config, flags.contract), flags, config);
  const driver = await loadDriverFile(contract);
  const { hmi, gateway, engine } = flags;
  return {
    origins: serviceAddressSources(config, { urls: { hmi, gateway, engine }, contract }),
    ...urlsOf(flags, config, driver?.service ?? DRIVERS[contract.driver as keyof typeof DRIVERS]),
    ...(driver !== undefined && { driver }),
    ...(isOwn(contract, flags) && { copies: configuredReplicas(config) }),
    model: config.chat.model,
    agentId: config.chat.agent,
    token: config.auth.token,
    engineKey: config.engine.api_key,
    engineApi: config.engine.api,
    users: config.auth.users,
    settings: {
      ...targetSettings(config.stream),
      // Of services elsewhere nobody knows.
      ...(flags.hmi === undefined &&
        flags.gateway === undefined && { maxConcurrent: config.engine.max_concurrent }),
    },
    contract,
  };
}

/** Where the copies of the configured services listen; empty where there is one of each. */
function configuredReplicas({ services, hmi, gateway }: Config): readonly ReplicaUrls[] {
  const urls = (service: "hmi" | "gateway", first: Address): ReplicaUrls[] => {
    const addresses = replicaAddresses(services[service], first);
    return addresses.length === 1 ? [] : addresses.map((address) => ({ [service]: urlOf(address) }));
  };
  return [...urls("hmi", hmi), ...urls("gateway", gateway)];
}

/** The stack of this configuration, where it has a database server, is looked at there too, as a stack of others is. */
function withOwnStore(
  contract: ForeignContract,
  flags: Pick<TargetFlagValues, "hmi" | "gateway">,
  { store }: Config,
): ForeignContract {
  return isOwn(contract, flags) && !contract.store ? { ...contract, store: store.url } : contract;
}

function isOwn({ driver }: ForeignContract, flags: Pick<TargetFlagValues, "hmi" | "gateway">): boolean {
  return driver === "ours" && flags.hmi === undefined && flags.gateway === undefined;
}
