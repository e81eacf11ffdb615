import { CouldNotRun } from "../../harness/define-check.ts";
import { NotObservable } from "../../harness/target-errors.ts";
import type { CallOptions, SeenCall } from "../../targets/http-client.ts";
import type { PlainHttpCall, PlainHttpCalls } from "../../targets/plain-http-calls.ts";
import type { Context } from "../contract-conversations.ts";

/** A call that nobody's client makes, and how it was answered. */
export interface OddCall {
  /** What is odd about it, in words. */
  readonly what: string;
  readonly call: SeenCall;
}

/** What a call is sent with that makes it odd. */
interface Odd extends Pick<CallOptions, "body" | "rawBody"> {
  readonly what: string;
  readonly at: PlainHttpCall | undefined;
}

/** An id that nobody has given to anything. */
const NOBODYS = "nothing-is-here";

/**
 * Wrong calls that every back end can be asked, whatever its wire, and that make nothing where they are refused: a path
 * and a conversation that are not there, and bodies that are none.
 */
export async function oddCalls(context: Context, front: PlainHttpCalls): Promise<readonly OddCall[]> {
  return await context.share("odd calls", async () => {
    const send = front.callOf("send", { conversation: NOBODYS });
    const sends = send?.method === "GET" ? undefined : send;
    const odd: readonly Odd[] = [
      { what: "an unknown path", at: { method: "GET", path: `/${NOBODYS}` } },
      { what: "a body that is cut off", at: sends, rawBody: '{"' },
      { what: "a body that is a list", at: sends, body: [] },
      { what: "an unknown conversation", at: front.callOf("rows", { conversation: NOBODYS }) },
    ];
    const answered = await Promise.all(odd.map((each) => ask(context, front, each)));
    const calls = answered.filter((each) => each !== undefined);
    if (calls.length === 0) throw new CouldNotRun("none of the calls was answered");
    return calls;
  });
}

/** Undefined where the wire has no such call, or it was not answered: that says nothing of the others. */
async function ask(
  { signal }: Context,
  front: PlainHttpCalls,
  { what, at, ...sent }: Odd,
): Promise<OddCall | undefined> {
  if (at === undefined) return undefined;
  try {
    return { what, call: await front.call(at, { ...sent, signal }) };
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

/** The page that people chat on, as it is answered. Throws {@link NotObservable} where the wire does not say where it is. */
export async function askForPage({ signal }: Context, front: PlainHttpCalls): Promise<SeenCall> {
  if (front.page === undefined) throw new NotObservable("contract.wire.page does not say where the page is");
  return await front.call({ method: "GET", path: front.page }, { signal });
}
