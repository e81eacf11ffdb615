import type { GenerationRecord } from "../../contract/engine-schemas.ts";
import { engineRoutes } from "../../contract/routes.ts";
import { watchEngine } from "../../targets/engine-watch.ts";
import { callDeadline, type ExaminedStack } from "../doctor-context.ts";

/** What the engine is asked from now on: by the record of a tap before it, or by its own. */
export interface EngineRecord {
  generations(): Promise<GenerationRecord[]>;
  /** Whether nothing was asked that could be for a reply, by whatever call. */
  isUnasked(): Promise<boolean>;
  /** True of a tap's, which has also what the engine refused. */
  readonly hasRefusals: boolean;
}

/** Opens the record; undefined where nobody keeps one that can be read. */
export async function openEngineRecord(stack: ExaminedStack): Promise<EngineRecord | undefined> {
  const watched = stack.engineTap ?? stack.services.engine?.client;
  if (watched === undefined) return undefined;
  const watch = await watchEngine(watched, callDeadline(stack), { token: stack.target.token });
  const { generationsAfter, newestRecord } = watch;
  if (generationsAfter === undefined || newestRecord === undefined) return undefined;
  const before = await newestRecord(callDeadline(stack));
  const generations = () => generationsAfter(before.id, callDeadline(stack));
  return {
    generations,
    hasRefusals: watch.tapRecordAfter !== undefined,
    async isUnasked() {
      if (watch.tapRecordAfter === undefined) return (await generations()).length === 0;
      const now = await watch.tapRecordAfter(before.id, callDeadline(stack));
      // One that was started anew meanwhile has forgotten what it saw.
      return now?.began_at === before.began_at && !now?.exchanges.some(mayWrite);
    },
  };
}

/** Whether this may have been asked for a reply, perhaps by a call that no generation is read from. */
function mayWrite({ method, path }: { readonly method: string; readonly path: string }): boolean {
  return method === "POST" && path !== engineRoutes.show.path();
}

/** Why nobody knows what the engine does: in words that follow "cannot be seen". */
export function whyUnseen({ engineTap, services }: Pick<ExaminedStack, "engineTap" | "services">): string {
  return engineTap === undefined
    ? `without a tap before it (stack tap --to ${services.engine?.client.url ?? "URL"})`
    : `at the tap before it: ${engineTap.url} shows no record`;
}
