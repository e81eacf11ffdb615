import { isEnding } from "../supervisor/service-spec.ts";
import type { ServiceInspection } from "./inspect-stack.ts";

/** What `up` does about one service, and why. */
export interface Intent {
  /**
   * `leave`: it is well, or somebody else's; `join`: another command asked for it, and it is on its way;
   * `restart`: it runs, and is stopped first.
   */
  readonly action: "leave" | "join" | "start" | "restart";
  /** The end of a sentence, such as `its configuration has changed`. */
  readonly reason: string;
  /** False where it is left though it does not answer as it should. */
  readonly isWell?: boolean;
}

/** The reason of a restart that nobody has to be told. */
export const ASKED_FOR = "a restart was asked for";

/** What is wished of a service. */
export interface Wishes {
  /** Whether another command has asked for it a moment ago. */
  readonly isOnItsWay: boolean;
  /** Whether it is stopped first even where it is well. */
  readonly mustRestart: boolean;
  /** Whether it is a job that is done. */
  readonly isDone: boolean;
  /** Whether it was asked for itself, and not only because another one depends on it. */
  readonly isNamed: boolean;
}

/** Decides by what was seen of a service. */
export function intentFor(
  { isExternal, state, answer }: Pick<ServiceInspection, "isExternal" | "state" | "answer">,
  { isOnItsWay, mustRestart, isDone, isNamed }: Wishes,
): Intent {
  if (isExternal) return { action: "leave", reason: externalWords(answer) };
  if (mustRestart) return { action: state.state === "running" ? "restart" : "start", reason: ASKED_FOR };
  if (state.state !== "running") return startIntent(state, { isOnItsWay, isDone });
  if (state.changed) return { action: "restart", reason: "its configuration has changed" };
  if (isEnding(state.record) && !isOnItsWay) return { action: "restart", reason: "it was being stopped" };
  // Also where it seems well: whether a line of its log has made it ready, only the supervisor knows.
  if (isOnItsWay) return ON_ITS_WAY;
  if (state.healthy) return { action: "leave", reason: "it runs" };
  const trouble = state.probe.error ?? "another process shares its port";
  // Nobody asked for it, and it may be well again in a moment: what watches it decides.
  if (!isNamed) return { action: "leave", reason: `it runs, but ${trouble}`, isWell: false };
  return { action: "restart", reason: `it runs, but ${trouble}` };
}

function startIntent(
  { state }: ServiceInspection["state"],
  { isOnItsWay, isDone }: Pick<Wishes, "isOnItsWay" | "isDone">,
): Intent {
  if (isOnItsWay) return ON_ITS_WAY;
  if (isDone) return { action: "leave", reason: "it is done" };
  return { action: "start", reason: state === "stale" ? "its process is gone" : "it does not run" };
}

function externalWords(answer: ServiceInspection["answer"]): string {
  return answer?.ok === false ? `it does not answer: ${answer.error}` : "somebody else runs it";
}

/** Whether it is this call that has the service started. */
export function startsIt({ action }: Intent): boolean {
  return action === "start" || action === "restart";
}

const ON_ITS_WAY: Intent = { action: "join", reason: "another command is starting it" };
