import {
  type ContractDeviations,
  ENDPOINTS,
  type EndpointName,
  type ForeignAddress,
  readAddress,
} from "../contract/foreign-back-end.ts";

/** A call in the contract's words. */
export interface ContractCall {
  readonly endpoint: EndpointName;
  /** As they stood in the path, escaped. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** Whose endpoints a service has. */
const OWN = { hmi: ["hmi", "pages"], gateway: ["gateway"] } as const;

const MATCHERS = Object.entries(ENDPOINTS).map(([name, { method, pattern }]) => ({
  endpoint: name as EndpointName,
  method,
  path: new RegExp(`^${pattern.replace(/:(\w+)/g, "(?<$1>[^/]+)")}$`),
}));

const matchersOf = (service: keyof typeof OWN) =>
  MATCHERS.filter(({ endpoint }) => OWN[service].some((name) => endpoint.startsWith(`${name}.`)));
const OWN_MATCHERS = { hmi: matchersOf("hmi"), gateway: matchersOf("gateway") } as const;

/** The endpoint of the contract that a call is for; undefined where it is for none, as a wrong path is. */
export function findEndpoint(
  service: keyof typeof OWN,
  method: string,
  pathAndQuery: string,
): ContractCall | undefined {
  const [path = "", ...query] = pathAndQuery.split("?");
  for (const matcher of OWN_MATCHERS[service]) {
    const match = matcher.method === method ? matcher.path.exec(path) : null;
    if (match === null) continue;
    const { endpoint } = matcher;
    return { endpoint, parameters: { ...match.groups }, query: new URLSearchParams(query.join("?")) };
  }
  return undefined;
}

/** Where a backend has what the contract has there; the query's fields by the backend's names. */
export function foreignAddressOf(
  { endpoint, parameters, query }: ContractCall,
  departures: ContractDeviations,
): ForeignAddress {
  const { endpoints, request_fields } = departures;
  const route = ENDPOINTS[endpoint];
  const given = readAddress(endpoint, endpoints[endpoint] ?? route.pattern.replace(/:(\w+)/g, "{$1}"));
  if (typeof given === "string") throw new Error(`contract.endpoints.${endpoint}: ${given}`);
  const path = given.path.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? "");
  const renamed = new URLSearchParams();
  for (const [name, value] of query) renamed.append(request_fields[name] ?? name, value);
  if (renamed.size === 0) return { method: given.method, path };
  return { method: given.method, path: `${path}${path.includes("?") ? "&" : "?"}${renamed}` };
}

/** `POST /chat/{session_id}/cancel`. */
export function endpointInWords(endpoint: EndpointName): string {
  const { method, pattern } = ENDPOINTS[endpoint];
  return `${method} ${pattern.replace(/:(\w+)/g, "{$1}")}`;
}
