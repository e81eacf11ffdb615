import { deathWords, type ServiceDeath } from "../supervisor/client/service-deaths.ts";
import { shellWord } from "../text/shell-word.ts";
import type { BrokenRung } from "./climb-ladder.ts";

/** What is found where a service was not there: why that was so is known better where its process has ended meanwhile. */
const UNANSWERED: ReadonlySet<string> = new Set([
  "look_failed",
  "no_answer",
  "not_running",
  "not_listening",
  "stale_record",
  "unreachable",
  "reply_cut",
  "reply_failed",
  "call_failed",
]);

/** A broken rung, with the service whose process ended while the stack was looked at as its cause. */
export async function blameDeaths(
  rung: BrokenRung,
  deathsMeanwhile: () => Promise<readonly ServiceDeath[]>,
): Promise<BrokenRung> {
  if (!UNANSWERED.has(rung.problem.code)) return rung;
  const deaths = await deathsMeanwhile();
  const [first] = deaths;
  if (first === undefined) return rung;
  const problem = {
    ...rung.problem,
    cause: deaths.map(deathWords).join(" "),
    next: `stack logs ${shellWord(first.service)}`,
  };
  return { status: "broken", problem };
}
