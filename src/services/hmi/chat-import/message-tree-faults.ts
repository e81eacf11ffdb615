import type { ExportedMessage } from "../../../contract/chat-export.ts";

/**
 * What is wrong with the places of a conversation's messages: each has an id of its own and follows one that stands before
 * it (so that no way leads back to where it came from), and of the versions at each place exactly one is chosen. The
 * faults are words that begin with the field; none where it is a tree.
 */
export function messageTreeFaults(messages: readonly ExportedMessage[]): string[] {
  /** The messages that stand before, by their ids. */
  const before = new Map<string, ExportedMessage>();
  const faults: string[] = [];
  for (const [at, message] of messages.entries()) {
    const found = [
      ...placeFaults(message, before),
      ...(message.message_type === "summary" ? summaryFaults(message) : dialogueFaults(message)),
      ...roleFaults(message),
    ];
    faults.push(...found.map((fault) => `messages.${at}.${fault}`));
    before.set(message.message_id, message);
  }
  return [...faults, ...choiceFaults(messages)];
}

function placeFaults(
  { message_id, parent_id, covers_until }: ExportedMessage,
  before: ReadonlyMap<string, ExportedMessage>,
): string[] {
  const faults = before.has(message_id) ? [`message_id: "${message_id}" is another message's, too`] : [];
  for (const [field, id] of Object.entries({ parent_id, covers_until })) {
    if (id === null || before.get(id)?.message_type === "chat") continue;
    faults.push(`${field}: "${id}" is no message of the dialogue that stands before this one`);
  }
  return faults;
}

function summaryFaults({ parent_id, chosen }: ExportedMessage): string[] {
  return [
    ...(parent_id === null ? [] : ["parent_id: a summary follows none"]),
    ...(chosen ? ["chosen: a summary has no versions"] : []),
  ];
}

function dialogueFaults({ covers_until }: ExportedMessage): string[] {
  return covers_until === null ? [] : ["covers_until: only a summary stands for others"];
}

function roleFaults({ role, status, images }: ExportedMessage): string[] {
  return [
    ...(role === "assistant" || status === "complete" ? [] : [`status: only a reply can be "${status}"`]),
    ...(role === "user" || images.length === 0 ? [] : ["images: only a user's message has pictures"]),
  ];
}

function choiceFaults(messages: readonly ExportedMessage[]): string[] {
  const chosen = new Map<string | null, number>();
  for (const message of messages) {
    if (message.message_type !== "chat") continue;
    chosen.set(message.parent_id, (chosen.get(message.parent_id) ?? 0) + Number(message.chosen));
  }
  return [...chosen]
    .filter(([, count]) => count !== 1)
    .map(([parent, count]) => {
      const place = parent === null ? "none" : `"${parent}"`;
      return `messages: of those that follow ${place}, ${count === 0 ? "none" : count} are chosen, where one is to be`;
    });
}
