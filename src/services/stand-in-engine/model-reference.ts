import { EngineError, invalidModelName } from "./engine-errors.ts";

/** A model's name, `[host/][namespace/]model[:tag]`, with Ollama's defaults filled in. */
export interface ModelName {
  readonly host: string;
  readonly namespace: string;
  readonly model: string;
  readonly tag: string;
}

/** What a request's `model` says: nothing, a model of Ollama's cloud, or a local one. */
export type ModelReference = "missing" | "cloud" | ModelName;

const DEFAULT_HOST = "registry.ollama.ai";
const DEFAULT_NAMESPACE = "library";

/** Reads a request's `model`. Throws EngineError 400 where it can be no name. */
export function parseModelReference(asked: string): ModelReference {
  const text = asked.trim();
  if (text === "") return "missing";
  const { base, source } = splitSource(text);
  if (source !== undefined && splitSource(base).source !== undefined) {
    throw new EngineError(400, `use either :local or :cloud, not both: ${JSON.stringify(text)}`);
  }
  const name = parseName(base);
  return source === "cloud" ? "cloud" : name;
}

/** The name with all its parts, as Ollama's errors about a model's abilities show it. */
export function fullModelName({ host, namespace, model, tag }: ModelName): string {
  return `${host}/${namespace}/${model}:${tag}`;
}

/** The name without the parts that are Ollama's defaults, but always with its tag. */
export function shortModelName(name: ModelName): string {
  const { host, namespace, model, tag } = name;
  if (host.toLowerCase() !== DEFAULT_HOST) return fullModelName(name);
  return `${namespace.toLowerCase() === DEFAULT_NAMESPACE ? "" : `${namespace}/`}${model}:${tag}`;
}

/** Takes off the suffix that says where the model runs (internal/modelref of ollama/ollama). */
function splitSource(text: string): { base: string; source?: "cloud" | "local" } {
  const colon = text.lastIndexOf(":");
  const suffix = colon === -1 ? "" : text.slice(colon + 1).toLowerCase();
  if (suffix === "cloud" || suffix === "local") return { base: text.slice(0, colon), source: suffix };
  if (suffix.endsWith("-cloud") && !suffix.includes("/")) {
    return { base: text.slice(0, -"-cloud".length), source: "cloud" };
  }
  return { base: text };
}

function parseName(text: string): ModelName {
  const path = text.split("/");
  const last = path.pop() ?? "";
  const colon = last.lastIndexOf(":");
  const model = colon === -1 ? last : last.slice(0, colon);
  const tag = colon === -1 ? "latest" : last.slice(colon + 1);
  const namespace = path.pop() ?? DEFAULT_NAMESPACE;
  const host = path.length === 0 ? DEFAULT_HOST : path.join("/").replace(/^.*?:\/\//, "");
  const valid = HOST.test(host) && NAMESPACE.test(namespace) && PART.test(model) && PART.test(tag);
  if (!valid) throw invalidModelName();
  return { host, namespace, model, tag };
}

const HOST = /^\w[\w.:-]{0,349}$/;
const NAMESPACE = /^\w[\w-]{0,79}$/;
const PART = /^\w[\w.-]{0,79}$/;
