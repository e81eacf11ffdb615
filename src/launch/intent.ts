import type { Sighting } from "./look.ts";

/** What `up` does about one service, and why. */
export interface Intent {
  /**
   * `leave`: it is well, or somebody else's; `join`: another command asked for it, and it is on its way;
   * `restart`: it runs, and is stopped first.
   */
  readonly action: "leave" | "join" | "start" | "restart";
  /** The end of a sentence, such as `its configuration has changed`. */
  readonly reason: string;
  /** True where it was somebody else's until this call. */
  readonly wasAdopted: boolean;
}

/** The reason of a restart that nobody has to be told. */
export const ASKED_FOR = "a restart was asked for";

/** Decides by what was seen of a service. @param isOnItsWay whether another command has asked for it a moment ago */
export function intentFor(
  {
    isExternal,
    state,
    answer,
    isAdopted = false,
  }: Pick<Sighting, "isExternal" | "state" | "answer" | "isAdopted">,
  isOnItsWay: boolean,
  mustRestart: boolean,
): Intent {
  const intent = (action: Intent["action"], reason: string): Intent => ({
    action,
    reason,
    wasAdopted: isAdopted,
  });
  if (isExternal)
    return intent(
      "leave",
      answer?.ok === false ? `it does not answer: ${answer.error}` : "somebody else runs it",
    );
  if (mustRestart) return intent(state.state === "running" ? "restart" : "start", ASKED_FOR);
  if (state.state !== "running") {
    if (isOnItsWay) return intent("join", "another command is starting it");
    return intent("start", state.state === "stale" ? "its process is gone" : "it does not run");
  }
  if (state.changed) return intent("restart", "its configuration has changed");
  // Also where it seems well: whether a line of its log has made it ready, only the supervisor knows.
  if (isOnItsWay) return intent("join", "another command is starting it");
  if (state.healthy) return intent("leave", "it runs");
  return intent("restart", `it runs, but ${state.probe.error ?? "another process shares its port"}`);
}
