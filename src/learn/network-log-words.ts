import { withoutSecretJson, withoutSecretQuery } from "../text/secret-names.ts";

/** The names by which back ends call a model. */
export const MODEL_NAME = /^model(?:_?name|_?id)?$/i;

/** What a log says, with no secret in it that is named as one: in JSON, and in a query. */
export function maskSecrets(text: string): string {
  return withoutSecretJson(withoutSecretQuery(text));
}

/** A segment of a path as it was meant; as it stands where it is malformed. */
export function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** The segments of a path without its query, decoded. */
export function segmentsOf(path: string): string[] {
  return (path.split("?")[0] ?? "").split("/").map(decodedSegment);
}
