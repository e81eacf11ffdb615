import type { Config } from "../config/schema.ts";
import { takeDown } from "../launch/down.ts";
import { problemOf } from "../launch/follow.ts";
import { type WatchEnd, watchStack } from "../launch/watch.ts";
import type { ServiceReport } from "../supervisor/keep/types.ts";
import { stateFolder } from "../supervisor/state.ts";
import { showLogs } from "./log-lines.ts";
import type { Screen } from "./screen.ts";

/**
 * Shows the logs of services until Ctrl-C, then stops them, the last first. Where one of them is given up, the
 * others are stopped too, and a UserError tells why. Where another command stopped them all, that is all there
 * is to say.
 */
export async function stayInForeground(
  names: readonly string[],
  config: Config,
  { screen, signal }: { screen: Screen; signal: AbortSignal },
): Promise<void> {
  screen.line(`  Ctrl-C stops ${names.length === 3 ? "all three" : names.join(" and ")}.`);
  const end = await watchWithLogs(names, config, { screen, signal });
  if (end.why === "stopped") {
    screen.line("  Stopped by another command.");
    return;
  }
  screen.progress("  stopping …");
  const reason = end.why === "failed" ? `because ${end.name} was given up` : "by Ctrl-C";
  await takeDown({ config, env: process.env, names, reason, onStep: () => undefined });
  if (end.why === "failed") throw problemOf(end.name, end.report);
  screen.line(`  Stopped ${names.join(", ")}.`);
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
    return await watchStack(folder, names, {
      signal: both,
      onChange: (name, report) => {
        const words = changeWords(report);
        if (words !== undefined) screen.line(`  ${screen.paint("strong", name)} ${words}`, 2);
      },
      onUnsupervised: () =>
        screen.line("  The supervisor is gone: nobody watches the services. `stack up` brings it back.", 2),
    });
  } finally {
    end.abort();
    await logs;
  }
}

/** What a person is told; nothing about what goes its way. */
function changeWords({ phase, last_exit, restarts, next_start_at }: ServiceReport): string | undefined {
  if (phase === "backoff") {
    const pause = next_start_at === null ? 0 : Math.max(0, Date.parse(next_start_at) - Date.now());
    return `ended: ${last_exit?.reason ?? "nobody saw how"}. It is started again in ${(pause / 1000).toFixed(1)} s.`;
  }
  if (phase === "unhealthy") return "does not answer its liveness probe.";
  if (phase === "stopped") return last_exit === null ? "was stopped." : `ended: ${last_exit.reason}.`;
  if (phase === "ready" && restarts > 0) return "is ready again.";
  return undefined;
}
