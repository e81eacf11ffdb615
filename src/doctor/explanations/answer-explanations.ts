import type { Role } from "../../config/service-config.ts";
import { gatewayRoutes } from "../../contract/routes.ts";
import { isNobodyThere } from "../../targets/service-address-source.ts";
import { SERVICE_TITLES } from "../../targets/service-titles.ts";
import type { Explanations } from "../climb-ladder.ts";
import { shortened } from "../text-helpers.ts";

/** What is wrong with how a service answers at all: nobody, the wrong one, one that lets nobody in or cannot reach its own. */
export interface AnswerSymptoms {
  no_answer: {
    service: Role;
    url: string;
    path: string;
    isOurs: boolean;
    error: string;
    /** The error that its log ends with; undefined where it ends with none. */
    trouble?: string | undefined;
  };
  /** Several processes share its port, each with a memory of its own. */
  several_workers: { service: Role; url: string; pids: readonly number[] };
  wrong_service: {
    service: Role;
    url: string;
    found: string;
    /** Whether somebody has named its address. */
    isNamed: boolean;
  };
  token_refused: {
    service: Role;
    url: string;
    hasToken: boolean;
    call: string;
    status: number;
    /** Its own words; empty where it has none. */
    said: string;
  };
  /** What lets people in does not let this one in, or nobody is named. */
  not_let_in: { found: string; advice: string };
  unreachable: {
    service: "gateway" | "hmi";
    isOurs: boolean;
    needs: "engine" | "gateway";
    /** Where it asks; undefined where it does not tell. */
    asks: string | undefined;
    /** Where it is. */
    at: string;
    /** What tells there whether it is there. */
    path: string;
    error: string;
  };
  store_unavailable: {
    service: Role;
    url: string;
    isOurs: boolean;
    error: string;
    /** The PostgreSQL database that conversations are in, as messages name it; undefined where it is a file, or nobody knows. */
    postgresql: string | undefined;
  };
}

export const answerExplanations: Explanations<AnswerSymptoms> = {
  no_answer: ({ service, url, path, isOurs, error, trouble }) => ({
    found: `does not answer at ${url}: ${error}`,
    cause:
      trouble !== undefined
        ? `Its program cannot be read; its log ends with: ${trouble}`
        : isNobodyThere(error)
          ? "Nothing listens there: it is not running, or the address is wrong."
          : WHY_SILENT[service],
    next:
      trouble !== undefined
        ? `stack logs ${service}`
        : service === "engine"
          ? `curl -m 40 ${url}${path}`
          : restart(service, isOurs, url),
  }),
  several_workers: ({ service, url, pids }) => ({
    found: `several processes answer at ${url}: ${pids.join(", ")}`,
    cause: `The ${SERVICE_TITLES[service]} runs with several workers: what one keeps in memory (running replies, locks) the others do not know, so that a cancel or a second reader may reach the wrong one.`,
    next: "stack verify cancel",
  }),
  wrong_service: ({ service, url, found, isNamed }) => ({
    found: `what answers at ${url} is not the ${SERVICE_TITLES[service]}: ${shortened(found)}`,
    cause:
      service === "hmi" && isNamed
        ? "It is a back end of your own, and nothing says how it is talked to (`contract`); or another program has the port."
        : "Another program has the port, or the address is wrong.",
    next: service === "hmi" && isNamed ? "stack init --from chat.har" : `curl -i ${url}/health`,
  }),
  token_refused: ({ service, url, hasToken, call, status, said }) => ({
    found: `refuses our token: ${status} at ${url}, ${call}${said === "" ? "" : `: ${shortened(said)}`}`,
    cause: hasToken
      ? `The ${SERVICE_TITLES[service]} takes another token than the configured one (auth.token), or takes it no more.`
      : `The ${SERVICE_TITLES[service]} asks for a token, and none is configured here (auth.token).`,
    next: `STACK_AUTH_TOKEN=... stack doctor`,
  }),
  not_let_in: ({ found, advice }) => ({ found, cause: advice, next: "stack config" }),
  unreachable: ({ service, isOurs, needs, asks, at, path, error }) => ({
    found: `the ${SERVICE_TITLES[service]} cannot reach the ${SERVICE_TITLES[needs]}${asks === undefined ? "" : ` at ${asks}`}: ${error}`,
    cause:
      asks !== undefined && !asks.split(", ").includes(at)
        ? `It asks at ${asks}; the ${SERVICE_TITLES[needs]} is at ${at}. It was started with other settings.`
        : `The ${SERVICE_TITLES[needs]} answers from here: between the two is a proxy, another token, or a network of its own (a container).`,
    next: restart(service, isOurs, at, path),
  }),
  store_unavailable: ({ service, url, isOurs, error, postgresql }) => ({
    found: `the ${SERVICE_TITLES[service]}'s database does not work: ${error}`,
    cause:
      postgresql === undefined
        ? "The file is locked, damaged, or on a disk that is full."
        : `PostgreSQL (store.url: ${postgresql}) does not run, is cut off from here, or has no room: start it, or mend the way there. Nothing of this stack need be restarted then.`,
    next:
      postgresql !== undefined
        ? "stack store check"
        : isOurs
          ? "df -h . && stack restart hmi"
          : `curl -s ${url}/health`,
  }),
};

const HANGS = "It hangs: its process is there, and does no work.";
const WHY_SILENT: Readonly<Record<Role, string>> = {
  engine:
    "It hangs, or has not finished its start: Ollama looks for hardware for up to half a minute, other servers load their model.",
  gateway: HANGS,
  hmi: HANGS,
};

/** Ours are started anew with the present settings; others only their owner can start. */
function restart(
  service: Role,
  isOurs: boolean,
  url: string,
  path: string = gatewayRoutes.health.path(),
): string {
  return isOurs ? `stack restart ${service}` : `curl -i -m 5 ${url}${path}`;
}
