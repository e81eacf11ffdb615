import type { ForeignStoreNames } from "../contract/store-address.ts";
import type { WireSettings } from "../contract/wire-description.ts";
import type { NotObservable } from "../harness/target-errors.ts";
import { driverOf, wireOf } from "./connect-chat.ts";
import { hasPlaceholder } from "./drivers/has-placeholder.ts";
import type { TargetUrls } from "./open-target.ts";

/** How a target is talked to, as far as settings can change it. */
export interface ToldTarget extends Pick<TargetUrls, "driver" | "contract"> {
  /** True where rows are read in a store of its own, and not as they are shown. */
  readonly hasStore: boolean;
}

const WIRE = "contract.wire.";
const ROWS = "contract.wire.rows";
const STORE = "contract.store_names: ";

/**
 * Why a claim is not judged, in words for this target: of the settings that would say where a thing stands, those that
 * count here; and of those that are set already, that they do not tell it.
 */
export function whyNotObservable({ what, settings }: NotObservable, target: ToldTarget): string {
  const kind = driverOf(target);
  // The contract says where things stand, and a driver that is a program does.
  if (kind === undefined || kind.connect !== undefined) return what;
  const wire = wireOf(target);
  const names = { ...kind.storeNames, ...target.contract?.store_names };
  const counting = settings.filter((setting) => counts(setting, wire, target));
  const isSet = (setting: string): boolean =>
    setting.startsWith(STORE)
      ? isNamed(names, setting)
      : standsAt(wire, setting.slice(WIRE.length).split("."));
  const given = counting.filter(isSet);
  const missing = counting.filter((setting) => !given.includes(setting));
  if (given.length === 0) return missing.length === 0 ? what : `${what} (${either(missing)} would say)`;
  const verb = given.length === 1 ? "is set, and does" : "are set, and do";
  const more = missing.length === 0 ? "" : `; ${either(missing)} would say, too`;
  return `${what}: ${given.join(" and ")} ${verb} not tell it here${more}`;
}

/** Rows are read at one place, and where the whole conversation goes with each message there may be none. */
function counts(setting: string, wire: WireSettings, { hasStore }: ToldTarget): boolean {
  if (setting.startsWith(STORE)) return hasStore;
  return (
    !setting.startsWith(ROWS) ||
    (!hasStore && (wire.rows !== undefined || !hasPlaceholder(wire.send, "history")))
  );
}

/** Whether anything is said at this place of a description, of a list of rules by one of them. */
function standsAt(value: unknown, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return value !== undefined;
  if (Array.isArray(value)) return value.some((each) => standsAt(each, [name, ...rest]));
  if (typeof value !== "object" || value === null) return false;
  return standsAt((value as Record<string, unknown>)[name], rest);
}

function isNamed(names: ForeignStoreNames, setting: string): boolean {
  return names[setting.slice(STORE.length) as keyof ForeignStoreNames] !== undefined;
}

function either(settings: readonly string[]): string {
  return settings.join(" or ");
}
