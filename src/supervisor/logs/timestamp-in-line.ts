/** Times stand at the beginning of lines; what is further behind is part of a message. */
const LOOK_AT = 400;

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `2026-11-21T13:59:17.123Z`, `[2026-11-21 13:59:17 +0000]`, `2026-11-21 13:59:17,123`, and Ollama's `time=2026-…`. */
const ISO =
  /^(?:time=)?[["]?(?<date>\d{4}-\d\d-\d\d)[T ](?<clock>\d\d:\d\d:\d\d)(?:[.,](?<fraction>\d{1,9}))? ?(?<zone>Z|[+-]\d\d:?\d\d)?/;

/** `[21/Nov/2026 13:59:17]` of Flask, `[21/Nov/2026:13:59:17 +0000]` of Apache. */
const REQUEST =
  /\[(?<day>\d\d)\/(?<month>[A-Z][a-z]{2})\/(?<year>\d{4})[ :](?<clock>\d\d:\d\d:\d\d)(?: (?<zone>[+-]\d{4}))?\]/;

/** `[GIN] 2026/11/21 - 13:59:17` of Ollama's requests. */
const GIN = /^\[GIN\] (?<year>\d{4})\/(?<month>\d\d)\/(?<day>\d\d) - (?<clock>\d\d:\d\d:\d\d)/;

/** `{"level":30,"time":1795269557123` of pino; the time may also be ISO 8601. */
const PINO = /^\{.*?"time":\s*(?:(?<ms>\d{13})\b|"(?<iso>[^"]{19,35})")/;

/** The time that a line without codes of a terminal tells, in milliseconds since 1970; without a zone it is taken as local. */
export function timestampOf(line: string): number | undefined {
  const start = line.slice(0, LOOK_AT);
  const time = start.startsWith("{") ? pinoTime(start) : plainTime(start);
  return Number.isNaN(time) ? undefined : time;
}

function pinoTime(start: string): number {
  const { ms, iso } = PINO.exec(start)?.groups ?? {};
  return ms === undefined ? Date.parse(iso ?? "") : Number(ms);
}

function plainTime(start: string): number {
  const iso = ISO.exec(start)?.groups;
  if (iso !== undefined) {
    const { date, clock, fraction = "0", zone = "" } = iso;
    return Date.parse(`${date}T${clock}.${fraction.slice(0, 3)}${zone.replace(/(\d\d)(\d\d)$/, "$1:$2")}`);
  }
  const request = REQUEST.exec(start)?.groups;
  if (request !== undefined) {
    const { day, month = "", year, clock, zone = "" } = request;
    const number = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
    return Date.parse(`${year}-${number}-${day}T${clock}${zone.replace(/(\d\d)$/, ":$1")}`);
  }
  const { year, month, day, clock } = GIN.exec(start)?.groups ?? {};
  return Date.parse(`${year}-${month}-${day}T${clock}`);
}
