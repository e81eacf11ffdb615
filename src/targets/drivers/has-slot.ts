import { SLOT, type WireSlot } from "../../contract/wire-slots.ts";

/** Whether a call, its body or its path, has a place for this. */
export function hasSlot(request: unknown, slot: WireSlot): boolean {
  return [...JSON.stringify(request ?? "").matchAll(SLOT)].some(([, name]) => name === slot);
}
