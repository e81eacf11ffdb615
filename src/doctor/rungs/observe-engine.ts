import type { GenerationRecord } from "../../contract/engine-schemas.ts";
import { type LoadedModels, loadedModels, usedBetween } from "../../targets/loaded-models.ts";
import { callDeadline, type ExaminedStack } from "../doctor-context.ts";
import { openEngineRecord, whyUnseen } from "./open-engine-record.ts";

/** What was seen of the engine while a message was answered. */
export interface SeenEngine {
  /** What it was asked; undefined where nobody keeps a record that can be read. */
  readonly asked: readonly GenerationRecord[] | undefined;
  /** True where by that record nothing was asked of it that could be for a reply. */
  readonly isUnasked: boolean;
  /** The models that it has used, by its own list of those that are loaded; undefined where it has none. */
  readonly used: readonly string[] | undefined;
  /** Where it is watched. */
  readonly at: string;
  /** Why what it was asked cannot be seen, where that is so: in words that follow "cannot be seen". */
  readonly whyUnseen: string;
}

/** Begins to look, before a message is sent; what is returned is called once it was answered. */
export async function observeEngine(stack: ExaminedStack): Promise<() => Promise<SeenEngine>> {
  const { engineTap, services, notes } = stack;
  const engine = notes.engineKind === "openai" ? undefined : services.engine?.client;
  const loaded = async (): Promise<LoadedModels | undefined> =>
    engine && (await loadedModels(engine, callDeadline(stack)));
  const record = await openEngineRecord(stack);
  const before = await loaded();
  return async () => {
    const after = await loaded();
    return {
      asked: await record?.generations(),
      isUnasked: (await record?.isUnasked()) ?? false,
      used: before && after && usedBetween(before, after),
      at: engineTap?.url ?? services.engine?.url ?? "",
      whyUnseen: whyUnseen(stack),
    };
  };
}
