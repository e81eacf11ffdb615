/** A time as Go writes one that is in UTC: RFC 3339, without the zeros at the end of the fraction. */
export function goUtcTime(time: Date): string {
  return time.toISOString().replace(/\.?0*Z$/, "Z");
}

/** A time as Go writes one of the local time zone: RFC 3339 with its offset, `Z` where that is none. */
export function goLocalTime(time: Date): string {
  const offset = -time.getTimezoneOffset();
  const local = goUtcTime(new Date(time.getTime() + offset * 60_000));
  if (offset === 0) return local;
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
    String(part).padStart(2, "0"),
  );
  return local.replace("Z", `${offset < 0 ? "-" : "+"}${hours}:${minutes}`);
}
