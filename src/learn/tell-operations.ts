import { type JsonLeaf, lastName, leavesOf } from "./json-leaves.ts";
import type { LoggedExchange, NetworkLog } from "./network-log.ts";

/** What says, in the body or the query of a call, which of several calls on one address it is: as in JSON-RPC, and in GraphQL. */
const OPERATION_NAME =
  /^(?:method|operation_?name|operation|op|action|act|cmd|command|procedure|proc|fn|func)$/i;

/** A word of a program: `chat.say`, `SendMessage`. */
const OPERATION = /^[A-Za-z][\w.:/-]{0,60}$/;

/**
 * A log in which each call says its operation, where several calls have one address and a word in them, at one place, tells them
 * apart.
 */
export function withOperations({ name, exchanges }: NetworkLog): NetworkLog {
  const byAddress = Map.groupBy(exchanges, addressOf);
  const operations = new Map(
    [...byAddress.values()].flatMap((calls) => {
      const told = calls.map(operationsIn);
      const place = placeIn(told);
      return place === undefined ? [] : calls.map((call, index) => [call, told[index]?.get(place)] as const);
    }),
  );
  return {
    name,
    exchanges: exchanges.map((exchange) => {
      const operation = operations.get(exchange);
      return operation === undefined ? exchange : { ...exchange, operation };
    }),
  };
}

/** The address of a call that has words of its own; of sockets, and of what is only asked for, each is another. */
function addressOf(exchange: LoggedExchange): unknown {
  const { method, origin, path } = exchange;
  if (method === "WS" || method === "OPTIONS") return exchange;
  return `${method} ${origin}${path.split("?")[0]}`;
}

/** The words of a call that may say what it is, by their places. */
function operationsIn({ path, origin, requestBody }: LoggedExchange): ReadonlyMap<string, string> {
  const inQuery = [...new URL(path, origin).searchParams].map(([place, value]) => ({ place, value }));
  const leaves: JsonLeaf[] = [
    ...inQuery.map((leaf) => ({ ...leaf, place: `?${leaf.place}` })),
    ...leavesOf(requestBody),
  ];
  return new Map(
    leaves.flatMap(({ place, value }) =>
      OPERATION_NAME.test(lastName(place.replace("?", ""))) &&
      typeof value === "string" &&
      OPERATION.test(value)
        ? [[place, value] as const]
        : [],
    ),
  );
}

/** The outermost place at which all calls have a word, and not all the same. */
function placeIn(calls: readonly ReadonlyMap<string, string>[]): string | undefined {
  const [first, ...others] = calls;
  const shared = [...(first?.keys() ?? [])].filter((place) => others.every((each) => each.has(place)));
  return shared
    .toSorted((a, b) => a.split(".").length - b.split(".").length)
    .find((place) => new Set(calls.map((each) => each.get(place))).size > 1);
}
