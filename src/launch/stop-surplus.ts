import { withCommandLock } from "../supervisor/client/lock-for-command.ts";
import { recordedService } from "../supervisor/client/recorded-services.ts";
import { stopRecordedService, untilServiceEnds } from "../supervisor/client/stop-recorded-service.ts";
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
  const stop = async (record: ServiceRecord): Promise<void> => {
    await untilServiceEnds(record, hurry);
    await withCommandLock(folder, async (locked) => {
      // Another command may have been first, and may have started another one by this name.
      const present = recordedService(locked, record.name);
      if (present?.pid !== record.pid || present.start_time !== record.start_time) return;
      const order = { reason: "fewer copies are configured", hurry, wasAsked: true };
      await stopRecordedService(locked, record, order);
    });
  };
  await Promise.all(
    records.map(async (record) => {
      progress.begin(record.name);
      await stop(record).finally(() => progress.end(record.name));
    }),
  );
}
