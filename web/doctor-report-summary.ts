import type { DoctorAnswer, LadderReport, RungReport } from "../src/contract/doctor-report.ts";
import { serviceLabel } from "./service-health.ts";

/** What `stack doctor` found the last time. */
export type LastLook = NonNullable<DoctorAnswer["last"]>;

/** After that much, in seconds, what was found is told as something of before. */
const FRESH_S = 15 * 60;

/** How long ago that many seconds are: "12 minutes ago". */
export function ageText(seconds: number): string {
  const [count, unit] = UNITS.map(
    ([unitSeconds, name]) => [Math.floor(seconds / unitSeconds), name] as const,
  ).find(([whole]) => whole > 0) ?? [0, "minute"];
  if (count === 0) return "less than a minute ago";
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}

const UNITS = [
  [86_400, "day"],
  [3600, "hour"],
  [60, "minute"],
] as const;

/** What came of it, in one line: "1 thing was broken: 14 held, 5 not tried." */
export function verdictText({ rungs }: Pick<LadderReport, "rungs">): string {
  const count = (status: RungReport["status"]): number =>
    rungs.filter((rung) => rung.status === status).length;
  const broken = count("broken");
  const found = ["Nothing was", "1 thing was"][broken] ?? `${broken} things were`;
  const others = [
    [count("holds"), "held"],
    [count("not_tried"), "not tried"],
    [count("skipped"), "not judged"],
  ] as const;
  const told = others.flatMap(([many, word]) => (many === 0 ? [] : [`${many} ${word}`]));
  return `${found} broken${told.length === 0 ? "" : `: ${told.join(", ")}`}.`;
}

/** Why it may be otherwise by now; empty where nothing is known to have changed. */
export function doubtText({ started_since }: Pick<LastLook, "started_since">): string {
  if (started_since.length === 0) return "";
  const names = new Intl.ListFormat("en").format(started_since.map(serviceLabel));
  const were = started_since.length === 1 ? "was" : "were";
  return `${names} ${were} started since, so this may not be true any more.`;
}

/**
 * Words of services, and commands, in which nothing is hidden or turns the reading direction: that is spelled out, as the command
 * line does it (`text/escape-untrusted-text.ts`), by a pattern that browsers without `v` in regular expressions know, too.
 */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, (hidden) => {
    const code = hidden.codePointAt(0) ?? 0;
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

const HIDDEN = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/gu;

/** Whether it is to look like something that is so now. */
export function isFresh({ started_since }: Pick<LastLook, "started_since">, ageS: number): boolean {
  return ageS <= FRESH_S && started_since.length === 0;
}
