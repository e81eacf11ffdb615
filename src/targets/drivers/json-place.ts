/** What stands at a place in JSON (`choices.0.delta.content`; empty: all of it); undefined where nothing does. */
export function valueAt(value: unknown, place: string): unknown {
  if (place === "") return value;
  let found = value;
  for (const name of place.split(".")) {
    if (typeof found !== "object" || found === null || !Object.hasOwn(found, name)) return undefined;
    found = (found as Record<string, unknown>)[name];
  }
  return found;
}

/** The name of something that stands there, told as a text or a number; null where there is none. */
export function idAt(value: unknown, place: string | undefined): string | null {
  const found = place === undefined ? undefined : valueAt(value, place);
  if (typeof found === "number") return String(found);
  return typeof found === "string" && found !== "" ? found : null;
}

/** What a place begins with that is a header of the answer, not in its body: `@header.x-chat-id`. */
export const HEADER_PLACE = "@header.";

/** What a place of a login's token begins with that is one of the cookies that it sets: `@cookie.csrftoken`. */
export const COOKIE_PLACE = "@cookie.";

/** Whether what stands there is in a header of the answer. */
export function isHeaderPlace(place: string): boolean {
  return place.startsWith(HEADER_PLACE);
}

/** The name of something that an answer tells, in its body or in a header; null where there is none. */
export function idToldBy(
  { body, headers }: { readonly body: unknown; readonly headers: Readonly<Record<string, string>> },
  place: string | undefined,
): string | null {
  if (place === undefined || !isHeaderPlace(place)) return idAt(body, place);
  const [name = "", segment] = place.slice(HEADER_PLACE.length).toLowerCase().split(".");
  const value = headers[name] ?? "";
  if (!ADDRESS_HEADERS.includes(name)) return value || null;
  const segments = addressSegments(value);
  return segments.at(segment === undefined ? -1 : Number(segment) - 1) ?? null;
}

/** Headers whose value is an address, in which ids stand as segments: the last one, or `@header.location.2`. */
export const ADDRESS_HEADERS: readonly string[] = ["location", "content-location"];

/** The segments of an address, with or without a host before them, decoded; none where it is malformed. */
export function addressSegments(address: string): readonly string[] {
  try {
    const { pathname } = new URL(address, "http://localhost");
    return pathname
      .split("/")
      .filter((segment) => segment !== "")
      .map(decodeURIComponent);
  } catch {
    return [];
  }
}

/** The text that stands there; null where there is none, or an empty one. */
export function textAt(value: unknown, place: string | undefined): string | null {
  const found = place === undefined ? undefined : valueAt(value, place);
  return typeof found === "string" && found !== "" ? found : null;
}

/** The figure that stands there; null where there is none. */
export function countAt(value: unknown, place: string | undefined): number | null {
  const found = place === undefined ? undefined : valueAt(value, place);
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** What an item of a map is called in it, as a place in that item. */
const KEY_PLACE = "@key";

/** The items of the list, or of the map by names, that stands there; undefined where there is none. */
export function itemsAt(value: unknown, place: string): readonly unknown[] | undefined {
  return listAt(value, place) ?? itemsOfMap(valueAt(value, place));
}

/** The items of a map by their names, in its order, each with its name beside what is in it; undefined for anything else. */
export function itemsOfMap(value: unknown): readonly object[] | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const areItems = entries.every(
    ([, item]) => typeof item === "object" && item !== null && !Array.isArray(item),
  );
  return areItems ? entries.map(([name, item]) => ({ [KEY_PLACE]: name, ...item })) : undefined;
}

/** The list that stands there; undefined where there is none. */
export function listAt(value: unknown, place: string): readonly unknown[] | undefined {
  const found = valueAt(value, place);
  return Array.isArray(found) ? found : undefined;
}
