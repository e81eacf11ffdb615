import { HIDDEN, withoutSecretJson, withoutSecretQuery } from "../text/secret-names.ts";

/** The names by which back ends call a model. */
export const MODEL_NAME =
  /^(?:selected_?|chat_?|ai_?|llm_?)?(?:model|llm|engine|deployment)(?:_?(?:name|id|key|slug))?$/i;

/** The names by which back ends call a conversation. */
export const CONVERSATION_NAME = /conv|chat|session|thread|dialog|room|topic|discussion/i;

/** The words by which back ends call what ends a reply. */
export const CANCEL_NAME = /cancel|stop|abort|interrupt|halt/i;

/** The words by which back ends call what takes a conversation away. */
export const DELETION_NAME = /delete|remove|forget|discard|destroy|erase|trash|purge/i;

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

/** An address without its query. */
export function pathOf({ path }: { readonly path: string }): string {
  return path.split("?")[0] ?? path;
}

/** What a call is called: its address, and what it says itself that it does. */
export function callNameOf({
  path,
  operation,
}: {
  readonly path: string;
  readonly operation?: string;
}): string {
  return operation === undefined ? pathOf({ path }) : `${pathOf({ path })}/${operation}`;
}

/** What ends a segment that is an id as a file's name: `c7.json`. */
const FILE_ENDING = /\.(?:json|jsonl|ndjson|txt|md|xml|html?)$/i;

/** A segment that names a thing by its id, with the ending that a file would have apart. */
export function idInSegment(segment: string): { readonly id: string; readonly ending: string } {
  const ending = FILE_ENDING.exec(segment)?.[0] ?? "";
  return { id: segment.slice(0, segment.length - ending.length), ending };
}

/** The segments of a path without its query, decoded. */
export function segmentsOf(path: string): string[] {
  return pathOf({ path }).split("/").map(decodedSegment);
}

/** Whether a value stands in place of a secret, as taps and browsers hide them: it looks like every other. */
export function isHidden(value: string): boolean {
  return value === HIDDEN || /^\*+$/.test(value);
}

/** Whether a word of a path is a version, as in `/v1/chat`. */
export function isVersion(segment: string): boolean {
  return /^v\d/.test(segment);
}
