import { isInList, leavesOf } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange, type NetworkLog } from "./network-log.ts";

/** How a list goes on, page by page. */
export interface LearnedPages {
  /** The query's field that says where a page begins. */
  readonly field: string;
  /** Where a page tells that of the next one: `contract.wire.rows.next`. */
  readonly next: string;
}

/** How a list was asked for in pages: by what the answer to the page before had told. Undefined where one page was all. */
export function learnPages({ exchanges }: NetworkLog, list: LoggedExchange): LearnedPages | undefined {
  const pages = exchanges.filter(
    (each) => each.method === list.method && addressOf(each) === addressOf(list),
  );
  for (const [index, page] of pages.entries()) {
    for (const [field, value] of new URL(page.path, page.origin).searchParams) {
      const before = pages.slice(0, index).findLast((each) => !isAskedBy(each, field, value));
      // An item's own value is told for that item.
      const told = leavesOf(before && jsonAnswer(before)).find(
        (leaf) => String(leaf.value) === value && !isInList(leaf.place),
      );
      if (told !== undefined) return { field, next: told.place };
    }
  }
  return undefined;
}

/** The request of a list, with the place for where a page begins. */
export function inPages(request: string, pages: LearnedPages | undefined): string {
  if (pages === undefined) return request;
  const { field } = pages;
  const [path = "", query = ""] = request.split("?");
  const others = query.split("&").filter((each) => each !== "" && each.split("=")[0] !== field);
  return `${path}?${[...others, `${field}={cursor}`].join("&")}`;
}

function addressOf({ origin, path }: LoggedExchange): string {
  const url = new URL(path, origin);
  return `${url.origin}${url.pathname}`;
}

/** Whether a page was asked for with the same value: told by it, that says nothing. */
function isAskedBy({ origin, path }: LoggedExchange, field: string, value: string): boolean {
  return new URL(path, origin).searchParams.get(field) === value;
}
