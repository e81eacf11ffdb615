import type { ChatClient, NamedReply, Reading } from "./drivers/chat-client.ts";

/**
 * Ends a reply for whoever asked for it: by its cancel, which stops the engine too; where nobody can be told, the closed
 * connection has to do. Never rejects: a cancel that failed is overtaken by the time-out of whoever reads.
 */
export async function endReply(
  chat: ChatClient,
  reply: NamedReply,
  { leave }: Pick<Reading, "leave">,
  signal: AbortSignal,
): Promise<void> {
  const isNamed = reply.conversation !== null || reply.say !== undefined;
  const isCallable = chat.missingAbilities.cancel === undefined && isNamed;
  const answer = isCallable ? await chat.cancel(reply, signal).catch(() => undefined) : null;
  if (answer === null) leave();
}
