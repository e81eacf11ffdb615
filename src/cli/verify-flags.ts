import { Flags } from "@oclif/core";
import { didYouMean } from "../config/closest-name.ts";
import { DRIVER_NAMES, isDriverName } from "../contract/foreign-back-end.ts";
import { readStoreAddress } from "../contract/store-address.ts";
import { UserError } from "../errors/user-error.ts";
import { parseShard } from "../harness/select-checks.ts";
import type { TextPattern } from "../text/linear-pattern.ts";
import type { VerifyOptions } from "../verify/verify-stack.ts";
import { parsePatternFlag } from "./pattern-flag.ts";

const urlFlag = (service: string) =>
  Flags.string({
    description: `The ${service}'s URL, for a stack that runs elsewhere.`,
    helpValue: "URL",
    helpGroup: "TARGET",
  });

/** Which stack is judged. */
export const targetFlags = {
  "in-process": Flags.boolean({
    description: "Use a fresh stack in this process, with the engine stand-in.",
    helpGroup: "TARGET",
  }),
  hmi: urlFlag("HMI"),
  gateway: urlFlag("gateway"),
  engine: urlFlag("engine"),
  contract: Flags.string({
    description: `How a stack that is not ours is talked to: ${DRIVER_NAMES.join(", ")}, or a driver's file; contract.* of the configuration adds to it.`,
    helpValue: "DRIVER",
    helpGroup: "TARGET",
    parse: async (given) => {
      if (isDriverName(given)) return given;
      throw new UserError("bad_flag", `--contract: there is no driver "${given}".`, {
        hint:
          didYouMean(given, DRIVER_NAMES) ??
          `Drivers: ${DRIVER_NAMES.join(", ")}; or the file of one, such as ./driver.ts.`,
      });
    },
  }),
};

/** Where several copies are judged in this process. The variable keeps a password out of the list of processes. */
export const postgresqlFlag = Flags.string({
  description:
    "A PostgreSQL server on which databases are made, and deleted, for several copies in this process (the suite replicas). Also STACK_VERIFY_POSTGRESQL.",
  helpValue: "URL",
  env: "STACK_VERIFY_POSTGRESQL",
});

/** The server that the flag names; undefined where it names none. Throws a UserError `bad_flag`. */
export function parsePostgresql(given: string | undefined): string | undefined {
  if (given === undefined || given === "") return undefined;
  const read = readStoreAddress(given);
  if (typeof read !== "string" && read.kind === "postgresql") return read.url;
  const why =
    typeof read === "string" ? read : "is a SQLite file, which the processes of one machine alone share";
  throw new UserError("bad_flag", `--postgresql ${why}.`, {
    hint: "Such as postgresql://user:password@host/database; the account needs CREATEDB.",
  });
}

/** Which HMI is called, and as whom. */
export const hmiFlags = {
  hmi: targetFlags.hmi,
  user: Flags.string({
    description: "A person of auth.users. Default: who shows auth.token, or the only user.",
    helpValue: "NAME",
    helpGroup: "TARGET",
  }),
};

/** Which checks are run, and how. */
export const runFlags = {
  grep: Flags.string({
    description: "Only checks whose id or claim matches this regular expression (RE2).",
    helpValue: "PATTERN",
    helpGroup: "RUN",
  }),
  "grep-invert": Flags.string({
    description: "Leave checks out whose id or claim matches this regular expression.",
    helpValue: "PATTERN",
    helpGroup: "RUN",
  }),
  "last-failed": Flags.boolean({
    description: "Only the checks that did not hold in the last run here.",
    helpGroup: "RUN",
  }),
  "max-failures": Flags.integer({
    description: "Begin no further check once this many did not hold.",
    min: 1,
    max: 100_000,
    helpValue: "N",
    helpGroup: "RUN",
  }),
  shard: Flags.string({
    description: "Only this part of the checks, such as 2/3: for a run that is spread over machines.",
    helpValue: "I/N",
    helpGroup: "RUN",
  }),
  retries: Flags.integer({
    description: "Try what did not hold again; what then holds is reported as flaky, not as held.",
    default: 0,
    min: 0,
    max: 100,
    helpGroup: "RUN",
  }),
  repeat: Flags.integer({
    description: "Run everything this many times.",
    default: 1,
    min: 1,
    max: 100_000,
    helpGroup: "RUN",
  }),
  seed: Flags.string({
    description: "Make the run of this seed again; every report names its own.",
    helpValue: "SEED",
    helpGroup: "RUN",
  }),
  timeout: Flags.integer({
    description: "Longest time for one claim, in seconds.",
    default: 300,
    min: 1,
    max: 86_400,
    helpGroup: "RUN",
  }),
};

interface RunFlagValues {
  grep: string | undefined;
  "grep-invert": string | undefined;
  "max-failures": number | undefined;
  shard: string | undefined;
  retries: number;
  repeat: number;
  seed: string | undefined;
  timeout: number;
}

/** What the flags say about the run. Throws a UserError where they cannot be read. */
export async function readRunFlags(
  flags: RunFlagValues,
): Promise<
  Pick<
    VerifyOptions,
    "grep" | "grepInvert" | "maxFailures" | "shard" | "retries" | "repeat" | "seed" | "deadlineMs"
  >
> {
  return {
    grep: await patternOf("--grep", flags.grep),
    grepInvert: await patternOf("--grep-invert", flags["grep-invert"]),
    maxFailures: flags["max-failures"],
    shard: flags.shard === undefined ? undefined : parseShard(flags.shard),
    retries: flags.retries,
    repeat: flags.repeat,
    seed: flags.seed,
    deadlineMs: flags.timeout * 1000,
  };
}

async function patternOf(flag: string, source: string | undefined): Promise<TextPattern | undefined> {
  return source === undefined ? undefined : await parsePatternFlag(flag, source, { ignoreCase: true });
}
