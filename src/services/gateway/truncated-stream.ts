import { WireError } from "../../contract/wire-error.ts";

/**
 * Throws `engine_error` where a reply's stream has ended and its last word never came: an engine that crashed, or a
 * proxy that cut it off, closes the connection as one does that is done.
 *
 * @param how it stopped, in the words of its wire
 */
export function requireLastWord(hasCome: boolean, how: "without its final object" | "before its end"): void {
  if (!hasCome) throw new WireError("engine_error", `The engine's reply stopped ${how}.`);
}
