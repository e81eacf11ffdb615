import { setTimeout as sleep } from "node:timers/promises";
import { WireError } from "../../contract/wire-error.ts";
import { misdirected } from "../http/replica-caller.ts";
import { isPassedOn } from "../http/user-of-request.ts";
import { HeldElsewhere } from "./generation-directory.ts";
import type { CallForwarder, OtherReplica, PassableCall } from "./replica-call-forwarder.ts";

/** How long an owner is tried, in milliseconds. */
export interface OwnerPatience {
  /** How long each try may take to be answered. */
  readonly answerMs: number;
  /** How long it is tried again, and looked whether another copy is the owner by now; 0: once. */
  readonly waitMs: number;
  /** Told when the owner was not reached, before it is looked for again. */
  readonly onUnreachable?: () => void;
}

/** For a reader: its reply's owner may have to be known as ended first, and another one to take the reply over. */
export const READER_PATIENCE: OwnerPatience = { answerMs: 10_000, waitMs: 15_000 };

/** For whoever cancels, who is answered within a second. */
export const CANCEL_PATIENCE: OwnerPatience = { answerMs: 800, waitMs: 0 };

/**
 * Has a call answered by the copy that owns what it is about; false where it is to be answered here, because this copy
 * does, or nobody. A call that has been passed on already is answered here in any case. Throws `owner_unreachable`.
 *
 * @param find looks for another copy that is the owner now; undefined where there is none
 */
export async function answerAtOwner(
  passer: CallForwarder,
  call: PassableCall,
  find: () => Promise<OtherReplica | undefined>,
  { answerMs, waitMs, onUnreachable }: OwnerPatience,
): Promise<boolean> {
  if (isPassedOn(call.request)) return false;
  const until = performance.now() + waitMs;
  while (!call.reply.raw.destroyed) {
    const owner = await find();
    if (owner === undefined) return false;
    const outcome = await passer.pass(call, owner, answerMs);
    if (outcome === "answered") return true;
    if (outcome === "unreachable") onUnreachable?.();
    if (performance.now() >= until) throw unreachable(owner);
    await sleep(LOOK_AGAIN_MS);
  }
  return true;
}

/**
 * The same where it turns out only by trying that another copy is the owner: gives back what `tryHere` does; undefined
 * where the owner has answered. Throws `owner_unreachable`, or `misdirected` where a copy that has passed the call on to
 * this one was wrong.
 *
 * @param tryHere throws a {@link HeldElsewhere}, and has done nothing then
 */
export async function tryHereOrAtOwner<Result>(
  passer: CallForwarder,
  call: PassableCall,
  tryHere: () => Promise<Result>,
  patience: OwnerPatience,
): Promise<Result | undefined> {
  let result: Result | undefined;
  const findByTrying = async (): Promise<OtherReplica | undefined> => {
    try {
      result = await tryHere();
      return undefined;
    } catch (error) {
      if (error instanceof HeldElsewhere) return error.holder;
      throw error;
    }
  };
  if (!isPassedOn(call.request)) await answerAtOwner(passer, call, findByTrying, patience);
  else if ((await findByTrying()) !== undefined) throw misdirected();
  return result;
}

const LOOK_AGAIN_MS = 250;

function unreachable({ url }: OtherReplica): WireError {
  return new WireError(
    "owner_unreachable",
    `The reply is written by the copy at ${url}, which does not answer.`,
    "Try again: once that copy is known to have ended, another one takes the reply over.",
  );
}
