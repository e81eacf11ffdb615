import type { Address } from "../contract/address.ts";
import { findListeners, type Listener, type SocketTable } from "../os/listening-ports.ts";
import { everyone, type Members } from "../os/process-members.ts";

/**
 * The listeners on a living service's address that are provably not its own, even if they answer well.
 * One whose process cannot be seen is given the benefit of the doubt: a service may hide its open files.
 *
 * @param leader pid that most likely holds the socket
 * @param members looked up only where the leader alone does not explain the listeners
 */
export async function findForeignListeners(
  address: Address,
  leader: number,
  members: () => Members,
  table?: SocketTable,
): Promise<Listener[]> {
  const listeners = await findListeners(address, [leader], table);
  if (listeners.every(({ pid }) => pid === leader)) return [];
  const ours = new Set(everyone(members()).map(({ pid }) => pid));
  return listeners.filter(({ pid }) => pid !== undefined && !ours.has(pid));
}
