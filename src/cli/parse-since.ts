import { UserError } from "../errors/user-error.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The moment that `--since` names: an age (`90s`, `10m`, `2h`, `1d`), or a date and time in ISO 8601. */
export function parseSince(text: string, now = Date.now()): number {
  const { count, unit = "" } = /^(?<count>\d+)(?<unit>[smhd])$/.exec(text)?.groups ?? {};
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : now - Number(count) * (UNITS[unit] ?? Number.NaN);
  if (!Number.isNaN(time)) return time;
  throw new UserError("bad_flag", `--since is so long ago, or a date and time; "${text}" is neither.`, {
    hint: "For example: --since 10m, --since 2h, --since 2026-11-21T14:00:00Z",
  });
}
