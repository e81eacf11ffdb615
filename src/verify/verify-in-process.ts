import { composeOverrides } from "../faults/compose-overrides.ts";
import type { Fault } from "../faults/fault.ts";
import type { Suite } from "../harness/define-check.ts";
import type { RunReport } from "../harness/run-report.ts";
import type { OpenTarget } from "../harness/run-settings.ts";
import type { SuiteRun } from "../harness/run-suite.ts";
import { type RunSuitesOptions, runSuites } from "../harness/run-suites.ts";
import type { InProcessStackOptions } from "../services/in-process-stack.ts";
import { commandsAt } from "../targets/curl-commands.ts";
import { openTarget, type Target, type TargetUrls, type WholeTargetUrls } from "../targets/open-target.ts";
import { targetSettings } from "../targets/target-settings.ts";
import { createInProcessKiller } from "./in-process-killer.ts";
import { NO_POSTGRESQL, prepareReplicas, REPLICAS } from "./in-process-replicas.ts";

/** What is run, on stacks of our own or on someone else's. */
export type Run = Omit<RunSuitesOptions<Target>, "description" | "withTarget" | "parallel">;

/** What such stacks are started with. */
export interface InProcessOptions extends Pick<InProcessStackOptions, "tokenDelayMs"> {
  /**
   * A PostgreSQL server, by the URL of any database of it, on which those of several copies are made and deleted; without
   * it there is one copy of each service, and the suite `replicas` is skipped.
   */
  readonly postgresql?: string | undefined;
}

/** What a run on fresh stacks found. */
export interface InProcessRun {
  readonly report: RunReport;
  /** How often each fault that was switched on has acted, by its name. */
  readonly applied: Readonly<Record<string, number>>;
}

/** Suites that wait for their streams leave room for others: this many run at a time, each on a stack of its own. */
const PARALLEL_SUITES = 4;

/** A stack of our own does not make anybody wait: what takes seconds elsewhere takes a moment here. */
const QUICK_STREAM = { heartbeat_ms: 150, orphan_grace_ms: 300, save_every_ms: 50 } as const;

/**
 * Where replies that would never end are the subject they are ended soon; where people are, there are two; and where
 * services are killed, the others wait for them longer than one takes to come back.
 */
const OF_SUITE: Readonly<Record<string, Pick<InProcessStackOptions, "stream" | "auth">>> = {
  limits: { stream: { max_reply_ms: 700 } },
  isolation: { auth: { token: "of-the-services", users: { another: "of-another" } } },
  drill: { stream: { heartbeat_ms: 500, orphan_grace_ms: 10_000 } },
};

/** The suite whose checks kill services: those of a stack in this process are closed for it, and started again. */
const DRILL = "drill";

/** What the stacks of a suite are started with, and how a target is told of it. */
function settingsFor(suite: string): {
  stack: InProcessStackOptions;
  target: Omit<TargetUrls, "hmi" | "gateway" | "engine">;
} {
  const { stream, auth } = OF_SUITE[suite] ?? {};
  const { token = "", users = {} } = auth ?? {};
  const all = { ...QUICK_STREAM, ...stream };
  const settings = targetSettings(all);
  return { stack: { stream: all, ...(auth && { auth }) }, target: { token, users, settings } };
}

/** Runs each suite on a fresh stack in this process, with these faults switched on in all of them. */
export async function verifyInProcess(
  run: Run,
  faults: readonly Fault[] = [],
  { postgresql, ...pace }: InProcessOptions = {},
): Promise<InProcessRun> {
  const { startInProcessStack } = await import("../services/in-process-stack.ts");
  const applied = Object.fromEntries(faults.map(({ name }) => [name, 0]));
  const overridesForStack = () =>
    composeOverrides(
      faults.map((fault) =>
        fault.overrides(() => {
          applied[fault.name] = (applied[fault.name] ?? 0) + 1;
        }),
      ),
    );
  const report = await runSuites({
    ...run,
    description: `a fresh stack in this process, with the engine stand-in.${faults.map(inWords).join("")}`,
    parallel: PARALLEL_SUITES,
    withTarget: async ({ name }: Suite<Target>, use) => {
      const { stack: options, target } = settingsFor(name);
      const copies =
        name === REPLICAS && postgresql !== undefined ? await prepareReplicas(postgresql) : undefined;
      try {
        const stream = { ...options.stream, ...copies?.options.stream };
        const all = { ...options, ...copies?.options, stream, ...pace, overrides: overridesForStack() };
        const stack = await startInProcessStack(all);
        const killer = name === DRILL ? createInProcessKiller(stack) : undefined;
        try {
          const { hmi, gateway, engine } = stack;
          const places = { hmi, gateway, engine, ...copies?.targetOf(stack) };
          const urls = { ...target, ...places, ...(killer && { killer }) };
          // A stack that is broken on purpose need not be able to undo anything.
          const isDisposable = faults.length > 0;
          return await useTarget(urls, run.signal, (open) => use({ ...open, isDisposable }));
        } finally {
          await killer?.settled();
          await stack.close();
        }
      } finally {
        await copies?.close();
      }
    },
  });
  return { report, applied };
}

/** What would have to be said for a stack of our own, where a stack of others has other reasons. */
const ONE_REPLICA = {
  "meet two copies of the HMI": NO_POSTGRESQL,
  "meet two copies of the gateway": NO_POSTGRESQL,
  "drain a copy": NO_POSTGRESQL,
};

function inWords({ name, story }: Fault): string {
  return ` Switched on: ${name}. ${story}`;
}

async function useTarget(
  urls: WholeTargetUrls,
  signal: AbortSignal,
  use: (open: OpenTarget<Target>) => Promise<SuiteRun>,
): Promise<SuiteRun> {
  const target = await openTarget(urls, signal);
  try {
    // Its addresses end with it: a person has others.
    const services = { HMI: urls.hmi, GATEWAY: urls.gateway, ENGINE: urls.engine };
    const commandsOf = commandsAt({ services, given: urls });
    const lacking = urls.copies === undefined ? ONE_REPLICA : {};
    return await use({ target, capabilities: target.capabilities, reasonsMissing: lacking, commandsOf });
  } finally {
    await target.close();
  }
}
