import { NotObservable } from "../../harness/target-errors.ts";

/** Nothing can be looked up that has no name. */
export function conversationNotNamed(): NotObservable {
  return new NotObservable("the back end did not tell which conversation this is", [
    "contract.wire.send.told.conversation",
    "contract.wire.stream.started.conversation",
  ]);
}
