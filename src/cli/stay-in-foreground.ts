import type { Config } from "../config/config-schema.ts";
import { type DownStep, takeDown } from "../launch/take-down.ts";
import { reportedProblem } from "../supervisor/client/follow-supervisor.ts";
import { type WatchEnd, watchServices } from "../supervisor/client/watch-services.ts";
import { msUntilStart } from "../supervisor/scheduled-start.ts";
import { stateFolder } from "../supervisor/state-folder.ts";
import type { ServiceReport } from "../supervisor/supervisor-protocol.ts";
import { paint, styled } from "../text/styled-text.ts";
import { interruptWords } from "./interrupts.ts";
import { showLogs } from "./print-log-lines.ts";
import type { Screen } from "./screen.ts";

/**
 * Shows the logs of services until Ctrl-C, then stops them, dependents first; a second one (`hurry`) kills the rest.
 * Where one of them is given up, the others are stopped too, and a UserError tells why. Where another command stopped
 * them all, that is all there is to say.
 */
export async function stayInForeground(
  names: readonly string[],
  config: Config,
  { screen, signal, hurry }: { screen: Screen; signal: AbortSignal; hurry: AbortSignal },
): Promise<void> {
  screen.line(`  Ctrl-C stops ${names.length === 3 ? "all three" : names.join(" and ")}.`);
  const end = await watchWithLogs(names, config, { screen, signal });
  if (end.why === "stopped") {
    screen.line("  Stopped by another command.");
    return;
  }
  const steps = await takeDown({
    config,
    env: process.env,
    names,
    reason: end.why === "failed" ? `because ${end.name} was given up` : interruptWords(signal),
    hurry,
    onStep: () => undefined,
    onProgress: (text) => screen.progress(`  ${text}; Ctrl-C kills at once …`),
  });
  if (end.why === "failed") throw reportedProblem(end.name, end.report);
  const by = Object.groupBy(names, (name) => outcomeWords(steps.find((step) => step.name === name)));
  const { stopped, killed, left } = by;
  if (stopped !== undefined) screen.line(`  Stopped ${stopped.join(", ")}.`);
  if (killed !== undefined) screen.line(`  Killed ${killed.join(", ")}: no stop by itself until then.`);
  if (left !== undefined)
    screen.line(`  Left running: ${left.join(", ")}. Another command asked for it meanwhile.`);
}

function outcomeWords(step: DownStep | undefined): "stopped" | "killed" | "left" {
  if (step?.outcome === "wanted_again") return "left";
  return step?.outcome === "killed" ? "killed" : "stopped";
}

async function watchWithLogs(
  names: readonly string[],
  config: Config,
  { screen, signal }: { screen: Screen; signal: AbortSignal },
): Promise<WatchEnd> {
  const folder = stateFolder(config.state.dir);
  const end = new AbortController();
  const both = AbortSignal.any([signal, end.signal]);
  const logs = showLogs(screen, folder, names, { signal: both });
  try {
    return await watchServices(folder, names, {
      signal: both,
      onChange: (name, report) => {
        const words = changeWords(report);
        if (words !== undefined) screen.line(styled`  ${paint("strong", name)} ${words}`);
      },
      onMissedEnd: (name, report) =>
        screen.line(styled`  ${paint("strong", name)} ${endWords(report)}. It was started again.`),
      onUnsupervised: () =>
        screen.line("  The supervisor is gone: nobody watches the services. `stack up` brings it back.", 2),
    });
  } finally {
    end.abort();
    await logs;
  }
}

function endWords({ last_exit }: ServiceReport): string {
  return `ended: ${last_exit?.reason ?? "nobody saw how"}`;
}

/** What a person is told; nothing about what goes its way. */
function changeWords(report: ServiceReport): string | undefined {
  const { phase, last_exit, restarts } = report;
  if (phase === "backoff") {
    const pause = msUntilStart(report, Number.POSITIVE_INFINITY);
    return `${endWords(report)}. It is started again in ${(pause / 1000).toFixed(1)} s.`;
  }
  if (phase === "unhealthy") return "does not answer its liveness probe.";
  if (phase === "stopped") return last_exit === null ? "was stopped." : `ended: ${last_exit.reason}.`;
  if (phase === "ready" && restarts > 0) return "is ready again.";
  return undefined;
}
