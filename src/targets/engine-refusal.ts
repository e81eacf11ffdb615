import { isSameModelName } from "../contract/model-names.ts";

/** A request that an engine was seen to refuse. */
export interface RefusedRequest {
  readonly model: string;
  readonly refused: { readonly status: number; readonly said: string };
}

/**
 * What it was asked and how it refused, in words that follow "the engine": `was asked for "m", which it does not list (a, b), and
 * answered 404: ...`.
 *
 * @param installed the models that it lists; empty where they are not known
 */
export function engineRefusalInWords(
  { model, refused }: RefusedRequest,
  installed: readonly string[],
): string {
  const more = installed.length > MOST_LISTED ? ` and ${installed.length - MOST_LISTED} more` : "";
  const list = isUnlisted(model, installed)
    ? `, which it does not list (it has ${installed.slice(0, MOST_LISTED).join(", ")}${more}),`
    : "";
  const said = refused.said === "" ? "" : `: ${refused.said}`;
  return `was asked for "${model}"${list} and answered ${refused.status}${said}`;
}

/** Whether an engine that has these models lacks this one; false where nobody knows which it has. */
export function isUnlisted(model: string, installed: readonly string[]): boolean {
  return installed.length > 0 && !installed.some((name) => isSameModelName(name, model));
}

const MOST_LISTED = 5;
