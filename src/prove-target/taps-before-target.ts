import { type Address, addressOfUrl } from "../contract/address.ts";
import { messageOf } from "../errors/thrown-error.ts";
import { UserError } from "../errors/user-error.ts";
import { startTap, type Tap } from "../tap/start-tap.ts";
import type { Rewrite } from "../tap/tap-rewrite.ts";
import type { WholeTargetUrls } from "../targets/open-target.ts";
import type { Hop } from "./target-proof-report.ts";

/** The taps in front of somebody's stack. */
export interface TapPlan {
  readonly target: WholeTargetUrls;
  /** Where the taps listen that the stack's own services call; the others take any free port. */
  readonly listen: Partial<Readonly<Record<"gateway" | "engine", Address>>>;
}

/** A stack as it is called through its taps. */
export interface Tapped {
  readonly urls: WholeTargetUrls;
  /** How many requests have come to HMI and gateway. */
  requests(): number;
}

/**
 * Runs `use` while taps stand in front of HMI and gateway, and in front of the engine where its gateway calls
 * one. Throws a UserError where one cannot listen.
 */
export async function withTaps<Result>(
  { target, listen }: TapPlan,
  wire: Partial<Readonly<Record<Hop, Rewrite>>>,
  use: (tapped: Tapped) => Promise<Result>,
): Promise<Result> {
  const started: Tap[] = [];
  const tap = async (hop: Hop, address?: Address): Promise<string> => {
    const tap = await listenAt({
      ...address,
      upstream: target[hop],
      rewrite: wire[hop],
      token: target.token,
      callersJudgedBy: "upstream",
    });
    started.push(tap);
    return tap.url;
  };
  try {
    const hmi = await tap("hmi");
    const gateway = await tap("gateway", listen.gateway);
    const called = [...started];
    const engine = listen.engine === undefined ? target.engine : await tap("engine", listen.engine);
    return await use({
      urls: { ...target, hmi, gateway, engine },
      // Not how many are kept, but the number of the last.
      requests: () => called.reduce((sum, each) => sum + (each.exchangesAfter(0).at(-1)?.id ?? 0), 0),
    });
  } finally {
    await Promise.all(started.map((each) => each.close()));
  }
}

/** An error about a stack that was called through taps: it names the stack's own addresses, which a tap's port is none of. */
export function inOwnAddresses(error: unknown, tapped: WholeTargetUrls, own: WholeTargetUrls): unknown {
  if (!(error instanceof UserError)) return error;
  const hop = (["hmi", "gateway", "engine"] as const).find(
    (each) => tapped[each] !== own[each] && error.message.includes(tapped[each]),
  );
  if (hop === undefined) return error;
  const message = error.message.replaceAll(tapped[hop], `${own[hop]}, behind the tap of this proof,`);
  return new UserError(error.code, message, {
    hint: `\`stack doctor\` asks it without the tap; a machine that is busy needs more time: name fewer faults at once.`,
    cause: error,
  });
}

/** Throws a UserError where a tap cannot stand in front of a service. */
export function requireUpstreams({ target, listen }: TapPlan): void {
  for (const hop of ["hmi", "gateway", "engine"] as const) {
    const address = hop === "hmi" ? undefined : listen[hop];
    if (hop === "engine" && address === undefined) continue;
    // A tap reads what it passes on, so that it is no end of an encrypted connection.
    if (new URL(target[hop]).protocol !== "http:") {
      throw new UserError("bad_url", `A tap passes on plain HTTP; "${target[hop]}" is not that.`, {
        hint: "Name the service behind the encryption, for example http://127.0.0.1:6101.",
      });
    }
    const upstream = addressOfUrl(target[hop]);
    if (address?.host === upstream.host && address.port === upstream.port) {
      throw new UserError("bad_flag", `The tap in front of the ${hop} would pass on to itself.`, {
        hint: `Name the ${hop}'s own address with --${hop}.`,
      });
    }
  }
}

async function listenAt(options: Parameters<typeof startTap>[0]): Promise<Tap> {
  try {
    return await startTap(options);
  } catch (error) {
    throw new UserError("port_taken", `The tap cannot listen: ${messageOf(error)}.`, {
      hint: "End whatever listens there, such as a `stack tap`: this proof brings its own.",
      cause: error,
    });
  }
}
