/** How many users `stack verify sla` drives, and how they behave. */
import { Flags } from "@oclif/core";
import { UserError } from "../errors/user-error.ts";
import type { VerifyOptions } from "../verify/verify-stack.ts";

/** The suite whose claims are judged by what users see. */
const SUITE = "sla";

const DEFAULT_MINUTES = 2;
const DEFAULT_PACING_S = 10;

const loadGroup = { helpGroup: "LOAD" };

export const loadFlags = {
  users: Flags.integer({
    description: `Drive this many users, step by step, and judge the suite ${SUITE} by what they see.`,
    min: 1,
    max: 10_000,
    helpValue: "N",
    ...loadGroup,
  }),
  minutes: Flags.string({
    description: `How long all steps take together; half of it is the last one's. Default: ${DEFAULT_MINUTES}.`,
    helpValue: "M",
    dependsOn: ["users"],
    ...loadGroup,
  }),
  steps: Flags.string({
    description: "The users of each step. Default: 1,2,5,10,20,... up to --users.",
    helpValue: "LIST",
    dependsOn: ["users"],
    ...loadGroup,
  }),
  pacing: Flags.string({
    description: `A user's messages are due this many seconds apart, whatever the stack does. Default: ${DEFAULT_PACING_S}.`,
    helpValue: "SECONDS",
    dependsOn: ["users"],
    exclusive: ["think"],
    ...loadGroup,
  }),
  think: Flags.string({
    description: "In place of --pacing: a user sends this many seconds after a reply has ended.",
    helpValue: "SECONDS",
    dependsOn: ["users"],
    ...loadGroup,
  }),
  "reply-tokens": Flags.integer({
    description: "How long a reply is asked to be, where the stack hands that on. Default: 64.",
    min: 2,
    max: 100_000,
    helpValue: "N",
    dependsOn: ["users"],
    ...loadGroup,
  }),
};

/** What was typed. */
export interface LoadFlagValues {
  readonly users: number | undefined;
  readonly minutes: string | undefined;
  readonly steps: string | undefined;
  readonly pacing: string | undefined;
  readonly think: string | undefined;
  readonly "reply-tokens": number | undefined;
  readonly retries: number;
  readonly repeat: number;
  readonly shard: string | undefined;
}

/**
 * What the flags say of users to be driven; undefined where they say nothing of it. Throws a UserError.
 *
 * @param named the suites on the command line
 * @param people whom the users take turns to be
 */
export function readLoadFlags(
  flags: LoadFlagValues,
  named: readonly string[],
  people: NonNullable<VerifyOptions["load"]>["people"],
): VerifyOptions["load"] {
  if (flags.users === undefined) return undefined;
  if (named.length !== 1 || named[0] !== SUITE) {
    const found = named.length === 0 ? "none is named" : `named: ${named.join(", ")}`;
    throw new UserError("bad_flag", `--users is for the suite ${SUITE} alone; ${found}.`, {
      hint: `stack verify ${SUITE} --users ${flags.users}`,
    });
  }
  if (flags.retries > 0 || flags.repeat > 1 || flags.shard !== undefined) {
    throw new UserError(
      "bad_flag",
      "A load run is one run: --retries, --repeat and --shard are not for it.",
      {
        hint: "A longer run says more: --minutes.",
      },
    );
  }
  const think = flags.think === undefined ? undefined : secondsIn("--think", flags.think, 0);
  const pacing = secondsIn("--pacing", flags.pacing ?? String(DEFAULT_PACING_S), 0.01);
  return {
    users: flags.users,
    minutes: numberIn("--minutes", flags.minutes ?? String(DEFAULT_MINUTES), { least: 0.001, most: 1_440 }),
    steps: flags.steps === undefined ? undefined : stepsIn(flags.steps),
    pace:
      think === undefined
        ? { model: "timetable", every_ms: pacing * 1_000 }
        : { model: "closed", every_ms: think * 1_000 },
    replyTokens: flags["reply-tokens"] ?? 64,
    people,
  };
}

function secondsIn(flag: string, text: string, least: number): number {
  return numberIn(flag, text, { least, most: 3_600 });
}

function numberIn(
  flag: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UserError(
    "bad_flag",
    `${flag} must be a number from ${least} to ${most.toLocaleString("en")}; it is "${text}".`,
  );
}

function stepsIn(text: string): number[] {
  const steps = text.split(",").map((step) => (/^ *\d{1,5} *$/.test(step) ? Number(step) : Number.NaN));
  if (steps.every((step) => step >= 1)) return steps;
  throw new UserError("bad_flag", `--steps must be numbers of users, with commas; it is "${text}".`, {
    hint: "For example: --users 20 --steps 5,10,20",
  });
}
