import { ImportRefusal } from "./import-format.ts";
import type { OpenWebuiMessage } from "./open-webui-message.ts";

/** A message at its place. */
export interface PlacedMessage {
  readonly id: string;
  readonly message: OpenWebuiMessage;
  /** True for the one of its versions that is shown. */
  readonly chosen: boolean;
}

/**
 * The messages of a chat, each after the one that it follows, of several that follow the same one the oldest first. What
 * leads to `currentId` is chosen; elsewhere the newest. Throws an {@link ImportRefusal} where they are no tree.
 */
export function orderedTree(
  messages: Readonly<Record<string, OpenWebuiMessage>>,
  currentId: string | null,
): PlacedMessage[] {
  const byId = new Map(Object.entries(messages));
  const following = new Map<string | null, string[]>();
  const byAge = [...byId].toSorted(([, one], [, other]) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
  for (const [id, { parentId }] of byAge) {
    const parent = parentId ?? null;
    if (parent !== null && !byId.has(parent)) {
      throw new ImportRefusal(`chat.history.messages.${id}.parentId: "${parent}" is no message of this chat`);
    }
    const versions = following.get(parent);
    if (versions === undefined) following.set(parent, [id]);
    else versions.push(id);
  }
  const order = [...(following.get(null) ?? [])];
  // It grows while it is read: each message is reached once, by the one that it follows.
  for (const id of order) for (const next of following.get(id) ?? []) order.push(next);
  if (order.length < byId.size) {
    const reached = new Set(order);
    const lost = [...byId.keys()].find((id) => !reached.has(id));
    throw new ImportRefusal(
      `chat.history.messages.${lost}.parentId: this way leads back to where it came from`,
    );
  }
  const current = wayTo(byId, currentId);
  const shown = new Set(
    [...following.values()].map((versions) => versions.find((id) => current.has(id)) ?? versions.at(-1)),
  );
  return order.flatMap((id) => {
    const message = byId.get(id);
    return message === undefined ? [] : [{ id, message, chosen: shown.has(id) }];
  });
}

/** The message and all before it; nothing where there is no such message. There is no way around in circles any more. */
function wayTo(byId: ReadonlyMap<string, OpenWebuiMessage>, currentId: string | null): ReadonlySet<string> {
  const way = new Set<string>();
  for (let id = currentId; id !== null && byId.has(id); id = byId.get(id)?.parentId ?? null) way.add(id);
  return way;
}
