import { valueAt } from "../targets/drivers/json-place.ts";
import { jsonAnswer, jsonInQuery, type LoggedExchange, type NetworkLog } from "./network-log.ts";

/**
 * A log in which several calls that a page made by one, as batches of tRPC, JSON-RPC and GraphQL are, are one exchange each: as
 * each could have been made alone.
 */
export function splitBatches(log: NetworkLog): NetworkLog {
  return {
    ...log,
    exchanges: log.exchanges.flatMap((each) => callsOfTrpc(each) ?? callsInBody(each) ?? [each]),
  };
}

/** `GET /trpc/chat.list,chat.byId?batch=1&input={"1":{"id":"c7"}}`: procedures by their numbers, in address, input and answer. */
function callsOfTrpc(exchange: LoggedExchange): LoggedExchange[] | undefined {
  const url = new URL(exchange.path, exchange.origin);
  const names = url.pathname.split("/").at(-1)?.split(",") ?? [];
  const answers = listedAnswers(exchange);
  if (!url.searchParams.has("batch") || names.length < 2 || answers?.length !== names.length)
    return undefined;
  const asked = url.searchParams.get("input");
  const input = asked === null ? undefined : jsonInQuery(asked);
  return names.map((name, index) => {
    const own = new URL(url);
    own.pathname = [...url.pathname.split("/").slice(0, -1), name].join("/");
    if (input !== undefined) own.searchParams.set("input", JSON.stringify(alone(input, index)));
    return {
      ...exchange,
      where: `${exchange.where}, call ${index + 1}`,
      path: `${own.pathname}${own.search}`,
      requestBody: exchange.requestBody === undefined ? undefined : alone(exchange.requestBody, index),
      answer: JSON.stringify([answers[index]]),
    };
  });
}

/** Of an input by numbers what is one call's, as the first. */
function alone(input: unknown, index: number): object {
  const own = valueAt(input, String(index));
  return own === undefined ? {} : { "0": own };
}

/** A list of calls with the list of their answers: in its order, or by the numbers that calls of JSON-RPC have. */
function callsInBody(exchange: LoggedExchange): LoggedExchange[] | undefined {
  const { requestBody } = exchange;
  const answers = listedAnswers(exchange);
  if (!Array.isArray(requestBody) || answers?.length !== requestBody.length) return undefined;
  if (!requestBody.every((call) => isOperation(call))) return undefined;
  return requestBody.map((call, index) => {
    const number = valueAt(call, "id");
    const numbered = answers.find((answer) => number !== undefined && valueAt(answer, "id") === number);
    return {
      ...exchange,
      where: `${exchange.where}, call ${index + 1}`,
      requestBody: call,
      answer: JSON.stringify(numbered ?? answers[index]),
    };
  });
}

function isOperation(call: unknown): boolean {
  return typeof call === "object" && call !== null && ("query" in call || "method" in call);
}

function listedAnswers(exchange: LoggedExchange): readonly unknown[] | undefined {
  const answers = jsonAnswer(exchange);
  return Array.isArray(answers) ? answers : undefined;
}
