import { NEVER_JUDGED } from "../harness/target-errors.ts";
import { connectChatWithModel, wireOf } from "./connect-chat.ts";
import { asCaller, callersOf } from "./drivers/caller-session.ts";
import type { EngineWatch } from "./engine-watch.ts";
import { createPlainHttpCalls } from "./plain-http-calls.ts";
import type { Connecting, TargetServices } from "./target-connections.ts";
import { createUnavailableClient } from "./unavailable-client.ts";

/** A target that speaks another wire: what its driver can say and hear is all that there is. */
export async function openDriverServices(
  { given, soon, opened }: Connecting,
  watching: Promise<EngineWatch>,
): Promise<TargetServices> {
  const { isStandIn } = await watching;
  const { chat, client, front, session } = await connectChatWithModel(given, { isStandIn }, soon());
  opened.push(client);
  const { other } = callersOf(given);
  const another =
    other && (await connectChatWithModel({ ...given, ...asCaller(other) }, { isStandIn }, soon()));
  if (another !== undefined) opened.push(another.client);
  const absent = createUnavailableClient(client.url, otherWire(chat.driver));
  return {
    hmi: absent,
    gateway: absent,
    chat,
    front,
    plainHttp: session && createPlainHttpCalls(client, wireOf(given), session),
    models: { thinking: null, seeing: null, blind: null },
    otherPerson: another && { hmi: absent, gateway: absent, chat: another.chat },
    speaksContract: false,
    copies: undefined,
  };
}

/** Why a claim about the contract's own words is not judged on a target of another wire. */
export function otherWire(driver: string): string {
  const wire =
    driver === "described" ? "a wire described in contract.wire" : `the wire of the driver ${driver}`;
  return `this claim needs calls or fields that only docs/contract.md defines, and the target speaks ${wire}: ${NEVER_JUDGED}`;
}
