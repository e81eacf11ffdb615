import type { NamedReply } from "./chat-client.ts";
import type { ReplyFact } from "./reply-facts.ts";

/** What a reply is called, as far as it is told by now: when its message was taken, and by its stream. */
export interface ReplyName {
  /** Takes what the stream tells of it. */
  learn(fact: ReplyFact): void;
  told(): Name;
}

type Name = Required<Omit<NamedReply, "say" | "key">> & Pick<NamedReply, "say" | "key">;

/** Begins with what the answer to a message told of its reply. */
export function replyNameOf({ conversation, message = null, reply = null, say, key }: NamedReply): ReplyName {
  let name: Name = { conversation, message, reply, say, key };
  return {
    learn(fact) {
      if (fact.kind !== "started") return;
      name = {
        ...name,
        conversation: name.conversation ?? fact.conversation,
        message: name.message ?? fact.message,
        reply: name.reply ?? fact.reply,
      };
    },
    told: () => name,
  };
}
