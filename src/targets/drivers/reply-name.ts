import type { NamedReply } from "./chat-client.ts";
import type { ReplyFact } from "./reply-facts.ts";

/** What a reply is called, as far as it is told by now: when its message was taken, and by its stream. */
export interface ReplyName {
  /** Takes what the stream tells of it. */
  learn(fact: ReplyFact): void;
  told(): Required<NamedReply>;
}

/** Begins with what the answer to a message told of its reply. */
export function replyNameOf({ conversation, message = null, reply = null }: NamedReply): ReplyName {
  let name: Required<NamedReply> = { conversation, message, reply };
  return {
    learn(fact) {
      if (fact.kind !== "started") return;
      name = {
        conversation: name.conversation ?? fact.conversation,
        message: name.message ?? fact.message,
        reply: name.reply ?? fact.reply,
      };
    },
    told: () => name,
  };
}
