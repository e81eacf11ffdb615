import type { Config } from "../config/schema.ts";
import { urlOf } from "../contract/address.ts";
import type { ContractProfile } from "../contract/foreign.ts";
import { UserError } from "../errors.ts";
import { engineUrlForGateway } from "../launch/specs.ts";
import { stackStatus } from "../launch/status.ts";
import type { VerifyOptions } from "../verify.ts";
import type { Screen } from "./screen.ts";
import { parseServiceUrl } from "./service-url.ts";

interface TargetFlagValues {
  "in-process": boolean;
  hmi: string | undefined;
  gateway: string | undefined;
  engine: string | undefined;
  contract: ContractProfile | undefined;
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
  const target = {
    hmi: flags.hmi === undefined ? urlOf(config.hmi) : parseServiceUrl(flags.hmi),
    gateway: flags.gateway === undefined ? urlOf(config.gateway) : parseServiceUrl(flags.gateway),
    engine: flags.engine === undefined ? engineUrlForGateway(config) : parseServiceUrl(flags.engine),
    token: config.auth.token,
    engineKey: config.engine.api_key,
    engineApi: config.engine.api,
    otherToken: Object.values(config.auth.users)[0] ?? "",
    settings: {
      heartbeatMs: config.stream.heartbeat_ms,
      orphanGraceMs: config.stream.orphan_grace_ms,
      maxReplyMs: config.stream.max_reply_ms,
    },
    contract: { ...config.contract, ...(flags.contract && { profile: flags.contract }) },
  };
  // A stack of our own would not be what this contract is of.
  if (given.length > 0 || target.contract.profile !== "ours") return { target };
  const { services } = await stackStatus(config, process.env);
  const ours = services.filter(({ name }) => name !== "engine");
  // A stack that is there and broken must not be passed over for a fresh one that is not.
  if (ours.some(({ state }) => state !== "stopped")) return { target, describeTarget: "the running stack" };
  return undefined;
}
