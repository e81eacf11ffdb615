import { awaitRecordedServiceEnd } from "../supervisor/client/stop-recorded-service.ts";
import type { ServiceRecord } from "../supervisor/service-spec.ts";
import type { StateFolder } from "../supervisor/state-folder.ts";
import type { AskOptions } from "./ask-supervisor.ts";
import { StopProgress } from "./stop-progress.ts";

/**
 * Waits, without the lock, for copies that have been asked to end because the configuration has fewer: they take as long as
 * their replies. One that does not end in its time is killed. Throws a UserError `stop_failed`.
 */
export async function stopSurplus(
  records: readonly ServiceRecord[],
  folder: StateFolder,
  { hurry, onProgress }: Pick<AskOptions, "hurry" | "onProgress">,
): Promise<void> {
  const progress = new StopProgress(
    records.map((record) => ({ name: record.name, record })),
    onProgress,
  );
  const order = { reason: "fewer copies are configured", hurry };
  await Promise.all(
    records.map(async (record) => {
      progress.begin(record.name);
      await awaitRecordedServiceEnd(folder, record, order).finally(() => progress.end(record.name));
    }),
  );
}
