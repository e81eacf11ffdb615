import { methodAndPath } from "../../contract/method-and-path.ts";
import { multipartFields } from "../../contract/multipart-fields.ts";
import { PLACEHOLDER } from "../../contract/wire-placeholders.ts";
import type { TappedRequest } from "../../tap/tap-rewrite.ts";

/** A call as a description has it. */
export interface DescribedRequest {
  readonly request: string;
  readonly body?: unknown;
}

/** Whether what passes a tap is this call of a description: by its path, and by what stands in its body as it is. */
export function isDescribedCall(
  call: DescribedRequest,
  { method, path, body }: Pick<TappedRequest, "method" | "path"> & { readonly body?: Buffer },
): boolean {
  const wanted = methodAndPath(call.request);
  const isMethod = wanted.method === method || (wanted.method === "WS" && method === "GET");
  if (!isMethod || !isFilledPath(wanted.path, path)) return false;
  return isFilled(call.body, readBody(body?.toString() ?? ""));
}

/** Whether a value is what this template becomes with something in its placeholders; what the template does not speak of may be anything. */
export function isFilled(template: unknown, value: unknown): boolean {
  if (template === undefined) return true;
  // A field whose placeholder has no value is left out.
  if (typeof template === "string" && hasGap(template)) return true;
  if (typeof template !== "object" || template === null) return String(template) === String(value);
  if (typeof value !== "object" || value === null) return false;
  const given: Readonly<Record<string, unknown>> = { ...value };
  return Object.entries(template).every(([name, inner]) => isFilled(inner, given[name]));
}

/** JSON, or the fields of a form, also of one in parts. */
export function readBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    if (text.startsWith("--")) return multipartFields(text);
    return Object.fromEntries(new URLSearchParams(text));
  }
}

function isFilledPath(template: string, path: string): boolean {
  const [wanted, given] = [template, path].map((each) => each.split("?", 1)[0]?.split("/") ?? []);
  return (
    wanted?.length === given?.length &&
    wanted?.every((segment, index) => hasGap(segment) || segment === given?.[index]) === true
  );
}

function hasGap(text: string): boolean {
  return text.search(PLACEHOLDER) >= 0;
}
