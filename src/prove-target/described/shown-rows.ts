import { Transform } from "node:stream";
import type { WireSettings } from "../../contract/wire-description.ts";
import type { Rewrite, TappedAnswer, TappedRequest } from "../../tap/tap-rewrite.ts";
import { knownRole } from "../../targets/drivers/described-rows.ts";
import { listAt, textAt } from "../../targets/drivers/json-place.ts";
import { isDescribedCall } from "./is-described-call.ts";

type Rows = NonNullable<WireSettings["rows"]>;

/** What becomes of the rows of a list, as the back end has them; the same list for nothing. */
export type RowsChange = (rows: readonly unknown[], described: Rows) => readonly unknown[];

/** Changes the list that the call for rows is answered with; undefined where a wire has no such call. */
export function rewriteRows(
  { rows }: WireSettings,
  change: RowsChange,
  onApplied: () => void,
): Rewrite | undefined {
  if (rows === undefined) return undefined;
  const isMeant = ({ request, status }: TappedAnswer): boolean =>
    status === 200 && isDescribedCall(rows, request);
  return {
    // What is compressed cannot be read on the way.
    request: (request: TappedRequest) =>
      isDescribedCall(rows, request)
        ? { ...request, headers: { ...request.headers, "accept-encoding": "identity" } }
        : request,
    head(answer) {
      if (!isMeant(answer)) return answer;
      const { "content-length": _, ...headers } = answer.headers;
      return { ...answer, headers };
    },
    body: (answer) => (isMeant(answer) ? changedList(rows, change, onApplied) : undefined),
  };
}

/** Whether a row is a reply's, as far as who speaks is told. */
export function isReplyRow(row: unknown, { role, roles, question }: Rows): boolean {
  if (question !== undefined) return true;
  const word = textAt(row, role) ?? "";
  return roles?.assistant?.includes(word) ?? knownRole(word) === "assistant";
}

/** Sets what stands at a place, in a copy; as it was where nothing stands there. */
export function withValueAt(value: unknown, place: string, given: unknown): unknown {
  const [name = "", ...rest] = place.split(".");
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return value;
  const copy = (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>;
  copy[name] = rest.length === 0 ? given : withValueAt(copy[name], rest.join("."), given);
  return copy;
}

function changedList(rows: Rows, change: RowsChange, onApplied: () => void): Transform {
  const chunks: Buffer[] = [];
  return new Transform({
    transform(bytes: Buffer, _, done) {
      chunks.push(bytes);
      done();
    },
    flush(done) {
      const text = Buffer.concat(chunks).toString();
      done(null, changedText(text, rows, change, onApplied));
    },
  });
}

function changedText(text: string, rows: Rows, change: RowsChange, onApplied: () => void): string {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return text;
  }
  const list = listAt(answer, rows.list);
  if (list === undefined) return text;
  const changed = change(list, rows);
  if (changed === list || JSON.stringify(changed) === JSON.stringify(list)) return text;
  onApplied();
  return JSON.stringify(rows.list === "" ? changed : withValueAt(answer, rows.list, changed));
}
