import type { WireSettings } from "../contract/wire-description.ts";
import { type JsonLeaf, leavesOf, listsAndMapsIn, listsOfTextsIn } from "./json-leaves.ts";
import { jsonAnswer, type LoggedExchange } from "./network-log.ts";

/** A call that was found, with what the contract says of it beside the request. */
export interface LearnedCall<Rest> {
  readonly exchange: LoggedExchange;
  readonly rest: Rest;
}

/** Where a list stands in an answer, and in its items what each is called by. */
export type ListRest = Omit<NonNullable<WireSettings["models"]>, "request">;

/** The first list with an item that has such a leaf. `isMeant`: of which answers, and at which places in them. */
export function firstList(
  exchanges: readonly LoggedExchange[],
  isWanted: (leaf: JsonLeaf) => boolean,
  isMeant: (exchange: LoggedExchange, place: string) => boolean = () => true,
): LearnedCall<ListRest> | undefined {
  for (const exchange of exchanges) {
    const answer = jsonAnswer(exchange);
    for (const { place, items } of [...listsAndMapsIn(answer), ...listsOfTextsIn(answer)]) {
      if (!isMeant(exchange, place)) continue;
      const leaf = items.flatMap((item) => leavesOf(item)).find(isWanted);
      // An id is told of each thing, and of each another.
      const isEach =
        leaf !== undefined && items.every((item) => leavesOf(item).some((each) => each.place === leaf.place));
      if (isEach) return { exchange, rest: { list: place, id: leaf.place } };
    }
  }
  return undefined;
}
