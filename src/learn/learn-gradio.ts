import type { WireDescription } from "../contract/wire-description.ts";
import { leavesOf, listsAndMapsIn } from "./json-leaves.ts";
import type { LearnedWire } from "./learned-wire.ts";
import { jsonAnswer, jsonOrText, type LoggedExchange, type NetworkLog, requestOf } from "./network-log.ts";
import { bytesInLine } from "./stream-findings.ts";

/**
 * What is learned of a page of Gradio's ChatInterface. The page itself says a message by several calls, and is told its reply as
 * changes to all that it shows; but each such program has a call of its own for others, which its page names. Undefined for
 * any other log, or where the page names no such call.
 */
export function learnGradio({ exchanges }: NetworkLog): LearnedWire | undefined {
  const page = exchanges.find(({ answer }) => answer?.includes(CONFIG) === true);
  const joins = exchanges.filter(({ path }) => path.includes("/queue/join"));
  const config = page === undefined ? undefined : configIn(page.answer ?? "");
  const name = config?.dependencies.find(isForOthers)?.api_name;
  const talk = talkIn(exchanges);
  if (page === undefined || config === undefined || joins.length === 0) return undefined;
  if (typeof name !== "string" || talk === undefined) return undefined;
  const wire = wireOf(`${config.api_prefix ?? ""}/call/${name}`);
  const finding = { where: `${page.where}, ${requestOf(page)}`, bytes: bytesInLine(`"api_name": "${name}"`) };
  return {
    driver: "described",
    wire,
    service: "hmi",
    url: page.origin,
    talk,
    findings: [
      {
        setting: "send",
        value: `${wire.send.request}, as Gradio ${config.version} has it for others`,
        ...finding,
      },
    ],
    unknown: [
      {
        setting: "send",
        why: "the page itself says its messages by several calls, which no description says: what is judged is the call that its program has for others",
      },
    ],
    unsayable: [],
  };
}

const CONFIG = "window.gradio_config = ";

interface GradioConfig {
  readonly version: string;
  readonly api_prefix?: string;
  readonly dependencies: readonly { readonly api_name?: unknown; readonly api_visibility?: unknown }[];
}

function configIn(page: string): GradioConfig | undefined {
  const [, json] = /window\.gradio_config = (\{.*?\});<\/script>/s.exec(page) ?? [];
  const config = jsonOrText(json);
  return typeof config === "object" && config !== null && "dependencies" in config
    ? (config as GradioConfig)
    : undefined;
}

/** Older ones have a name for nothing else. */
function isForOthers({ api_name, api_visibility = "public" }: GradioConfig["dependencies"][number]): boolean {
  return typeof api_name === "string" && api_visibility === "public" && !/^(?:lambda|_)/.test(api_name);
}

/** By its own names a session is what others call a conversation, and an event is a reply. */
function wireOf(call: string): WireDescription {
  return {
    service: "hmi",
    conversation: "own",
    send: {
      request: `POST ${call}`,
      body: { data: ["{text}"], session_hash: "{conversation}" },
      told: { reply: "event_id" },
    },
    read: { request: `GET ${call}/{reply}` },
    stream: {
      framing: "sse",
      type: "@event",
      text: { of: ["generating", "complete"], at: "0", cumulative: true },
      failure: { of: "error", message: "error" },
      done: { of: "complete" },
    },
    cancel: "close",
    page: "/",
  };
}

/** A person's words and what was answered, as a later request shows them. */
function talkIn(exchanges: readonly LoggedExchange[]): LearnedWire["talk"] | undefined {
  const shown = exchanges.flatMap(({ requestBody, answer }) => [requestBody, jsonAnswer({ answer })]);
  for (const turns of shown.flatMap(listsOfTurns)) {
    const [said, reply] = turns.slice(0, 2).map(textIn);
    if (said !== undefined && reply !== undefined) return { said, reply };
  }
  return undefined;
}

function listsOfTurns(value: unknown): object[][] {
  const data = typeof value === "object" && value !== null && "data" in value ? value.data : undefined;
  const lists = Array.isArray(data) ? data.flatMap((each) => listsAndMapsIn(each)) : [];
  return lists.map(({ items }) => [...items]).filter((items) => items.every((item) => "role" in item));
}

function textIn(turn: object): string | undefined {
  const text = leavesOf(turn).find(({ place }) => /^content(?:\.0\.text)?$/.test(place))?.value;
  return typeof text === "string" ? text : undefined;
}
