import type { TappedRequest } from "../../tap/tap-rewrite.ts";
import { asCatalogued, type DescribedFault } from "./described-fault.ts";
import { conversationIn } from "./described-slots.ts";
import { isDescribedCall } from "./is-described-call.ts";

/** Nothing is deleted. What was meant to be is deleted when the fault is over. */
export const deletionNotDone: DescribedFault = {
  ...asCatalogued("deletion-not-done"),
  caughtBy: ["persistence/deleted"],
  changes: "the call that contract.wire.delete_conversation names, which is answered on the way",
  begin({ delete_conversation: deletion }, onApplied) {
    if (deletion === undefined) return undefined;
    const held: TappedRequest[] = [];
    return {
      answer(request) {
        if (!isDescribedCall(deletion, request)) return undefined;
        onApplied();
        held.push(request);
        return { status: 200, body: "{}" };
      },
      async undo(upstream) {
        const done = await Promise.all(held.map((request) => passOn(upstream, request)));
        return held.flatMap((request, index) =>
          done[index] === true ? (conversationIn(deletion, request) ?? []) : [],
        );
      },
    };
  },
};

/** Sends a request that was held back, as it came. Returns whether it was taken. */
async function passOn(upstream: string, { method, path, headers, body }: TappedRequest): Promise<boolean> {
  const own = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || OF_CONNECTION.test(name) ? [] : [[name, String(value)] as [string, string]],
  );
  const sent = body.length > 0 ? { body: Buffer.from(body) } : {};
  const answer = await fetch(`${upstream}${path}`, { method, headers: own, ...sent });
  await answer.arrayBuffer();
  return answer.status < 400;
}

const OF_CONNECTION = /^(?:host|connection|content-length|transfer-encoding|accept-encoding)$/;
