import type { SeenStream } from "../targets/http-client.ts";
import type { Target } from "../targets/open-target.ts";

/** What one claim has found of a target and later ones need not wait for again; a run judges no target but its own. */
export interface FoundInRun {
  /** A reply that was left open without a word of its end, with for how long that was waited for, in milliseconds. */
  unended?: { readonly stream: SeenStream; readonly waitedMs: number };
  /** A stream fell silent before its reply was told to have ended, whatever was missing of it. */
  isFallingSilent?: true;
  /** Replies that came whole at once, although the engine had taken its time. */
  heldBack?: {
    /** The longest of them, as the engine wrote it. */
    readonly tokens: number;
    readonly writtenMs: number;
    /** In how many pieces that one came. */
    readonly pieces: number;
    /** How many there were, one after the other. */
    readonly times: number;
  };
  /** How many requests the engine got for one reply, where that were several; 1 where replies had one each. */
  requestsForReply?: number;
  /** Of how many replies it was seen that they had one. */
  repliesWithOne?: number;
  /** Replies stood in their rows more than once, and went on to do so. */
  hasDoubledRows?: true;
  /** How often rows were waited for in vain, since they last came. */
  unsettled?: number;
  /** How long a character of a reply takes, of the slowest that was heard whole, in milliseconds. */
  msPerChar?: number;
  /** The longest that was waited for the next word of a reply, in milliseconds. */
  longestGapMs?: number;
}

const FOUND = new WeakMap<Target, FoundInRun>();

/** What is found of this target is found of that one, too: it is the same, as another person meets it. */
export function findTogether(target: Target, other: Target): void {
  FOUND.set(other, foundOn(target));
}

/** What has been found of this target so far, to be added to. */
export function foundOn(target: Target): FoundInRun {
  const found = FOUND.get(target) ?? {};
  FOUND.set(target, found);
  return found;
}
