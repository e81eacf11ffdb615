import { SUPERVISOR } from "../supervisor/state-folder.ts";
import type { ServiceEvent } from "../supervisor/supervisor-protocol.ts";
import { joinText, paint, type StyledText, styled, type Tone } from "../text/styled-text.ts";
import { clock } from "./print-log-lines.ts";

/** What has happened, in words, and what a person thinks of it. */
const WORDS: Readonly<Record<ServiceEvent["event"], readonly [words: string, tone: Tone]>> = {
  supervising: ["watches the services from now on", "plain"],
  starting: ["is started", "plain"],
  ready: ["is ready", "good"],
  done: ["is done", "good"],
  picked_up: ["runs already, and is watched from now on", "plain"],
  adopted: ["was started by somebody else, and is taken over", "plain"],
  exited: ["ended", "bad"],
  ended: ["was ended", "bad"],
  unhealthy: ["runs, but does not answer as it should", "bad"],
  healthy: ["answers again", "good"],
  file_changed: ["is started again, because a file changed", "plain"],
  restarting: ["will be started again", "warn"],
  given_up: ["is given up", "bad"],
  start_failed: ["did not start", "bad"],
  stopped: ["was stopped", "plain"],
  killed: ["was killed, as it was asked for", "warn"],
  port_cleared: ["found its port taken, and who had it was stopped", "plain"],
  log_rotated: ["has a new log file", "quiet"],
  log_removed: ["has lost its log file, which was removed", "warn"],
  log_cleared: ["has an empty log", "quiet"],
  reachable: ["can be reached", "good"],
  unreachable: ["cannot be reached", "bad"],
};

/** An event in one line: when, who, what, and the details. */
export function eventLine(event: ServiceEvent): StyledText {
  const [words, tone] = WORDS[event.event] ?? [event.event, "plain"];
  const pid = event.pid === null ? "" : `pid ${event.pid}`;
  const name = styled`${event.service ?? SUPERVISOR}`.padEnd(SUPERVISOR.length);
  return joinText(
    [
      paint("quiet", clock(Date.parse(event.time), true)),
      paint("strong", name),
      paint(tone, words),
      ...[event.detail ?? "", pid].filter((part) => part !== "").map((part) => paint("quiet", part)),
    ],
    "  ",
  );
}
