/** Exit codes of the command line, the same for every command. */
export const EXIT = {
  /** All is well: the wished state is reached, or every claim holds. */
  ok: 0,
  /** The command ran, and its answer is bad news: a claim is broken, a service could not be started. */
  failed: 1,
  /** The command could not run: wrong input, unreadable configuration, nothing to talk to. */
  unusable: 2,
  /** Stopped by Ctrl-C. */
  interrupted: 130,
} as const;
