import { createHash } from "node:crypto";
import { STAND_IN_BUILD } from "../../contract/contract-defaults.ts";
import { fullModelName, type ModelName } from "./model-reference.ts";

/** What a model can do; in Ollama's order. */
export type ModelCapability = "completion" | "vision" | "tools" | "insert" | "thinking";

/** A model that the stand-in pretends to have installed. */
export interface StandInModel {
  /** As it is listed, with its tag. */
  readonly name: string;
  /** With host and namespace, as Ollama's errors about a model's abilities show it. */
  readonly fullName: string;
  readonly modifiedAt: Date;
  /** Of all its layers, in bytes. */
  readonly size: number;
  /** 64 hexadecimal digits. */
  readonly digest: string;
  readonly family: string;
  readonly parameterCount: number;
  readonly quantization: string;
  /** The longest context it was trained on, in tokens. */
  readonly contextLength: number;
  readonly embeddingLength: number;
  readonly capabilities: readonly ModelCapability[];
  /** The figures of its GGUF file that `/api/show` answers with, beside the above. */
  readonly architecture: Readonly<Record<string, number>>;
  readonly template: string;
  /** Its own defaults, as the lines of `/api/show`. */
  readonly parameters: string;
}

/** The installed models, newest first. Sizes and figures are those of the models they are named after. */
export const MODELS: readonly StandInModel[] = [
  model("llama3.1:8b", {
    modifiedAt: new Date("2026-01-03T09:00:00Z"),
    size: 4_920_753_328,
    family: "llama",
    parameterCount: 8_030_261_312,
    quantization: "Q4_K_M",
    contextLength: 131_072,
    embeddingLength: 4096,
    capabilities: ["completion", "tools"],
    architecture: { "attention.head_count": 32, "attention.head_count_kv": 8, block_count: 32 },
    template: chatTemplate("<|start_header_id|>", "<|end_header_id|>\n\n", "<|eot_id|>"),
    parameters: stopParameters("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"),
  }),
  model("qwen2.5-coder:7b", {
    modifiedAt: new Date("2026-01-02T09:00:00Z"),
    size: 4_683_087_561,
    family: "qwen2",
    parameterCount: 7_615_616_512,
    quantization: "Q4_K_M",
    contextLength: 32_768,
    embeddingLength: 3584,
    capabilities: ["completion", "tools", "insert"],
    architecture: { "attention.head_count": 28, "attention.head_count_kv": 4, block_count: 28 },
    template: chatTemplate("<|im_start|>", "\n", "<|im_end|>\n"),
    parameters: "",
  }),
  model("phi3:mini", {
    modifiedAt: new Date("2026-01-01T09:00:00Z"),
    size: 2_176_178_913,
    family: "phi3",
    parameterCount: 3_821_079_552,
    quantization: "Q4_0",
    contextLength: 131_072,
    embeddingLength: 3072,
    capabilities: ["completion"],
    architecture: { "attention.head_count": 32, "attention.head_count_kv": 32, block_count: 32 },
    template: chatTemplate("<|", "|>\n", "<|end|>\n"),
    parameters: stopParameters("<|end|>", "<|user|>", "<|assistant|>"),
  }),
  model("qwen3:8b", {
    modifiedAt: new Date("2025-12-31T09:00:00Z"),
    size: 5_225_388_164,
    family: "qwen3",
    parameterCount: 8_190_735_360,
    quantization: "Q4_K_M",
    contextLength: 40_960,
    embeddingLength: 4096,
    capabilities: ["completion", "tools", "thinking"],
    architecture: { "attention.head_count": 32, "attention.head_count_kv": 8, block_count: 36 },
    template: chatTemplate("<|im_start|>", "\n", "<|im_end|>\n", "<think>{{ .Thinking }}</think>"),
    parameters: stopParameters("<|im_start|>", "<|im_end|>"),
  }),
  model("gemma3:4b", {
    modifiedAt: new Date("2025-12-30T09:00:00Z"),
    size: 3_338_801_804,
    family: "gemma3",
    parameterCount: 4_299_915_632,
    quantization: "Q4_K_M",
    contextLength: 131_072,
    embeddingLength: 2560,
    capabilities: ["completion", "vision"],
    architecture: {
      "attention.head_count": 8,
      "attention.head_count_kv": 4,
      block_count: 34,
      "vision.block_count": 27,
    },
    template: chatTemplate("<start_of_turn>", "\n", "<end_of_turn>\n"),
    parameters: stopParameters("<end_of_turn>"),
  }),
];

/** The installed model of this name; upper and lower case are the same. */
export function findStandInModel(name: ModelName): StandInModel | undefined {
  const wanted = fullModelName(name).toLowerCase();
  return MODELS.find((each) => each.fullName === wanted);
}

function model(name: string, facts: Omit<StandInModel, "name" | "fullName" | "digest">): StandInModel {
  return {
    name,
    fullName: `registry.ollama.ai/library/${name}`,
    // A digest of our own: the real one would claim that the real weights are here.
    digest: createHash("sha256").update(`${STAND_IN_BUILD} ${name}`).digest("hex"),
    ...facts,
  };
}

function chatTemplate(before: string, after: string, end: string, thoughts = ""): string {
  const turn = `${before}{{ .Role }}${after}${thoughts}{{ .Content }}${end}`;
  return `{{- range .Messages }}${turn}{{- end }}${before}assistant${after}`;
}

/** Ollama pads the names of parameters to 30 columns. */
function stopParameters(...stops: readonly string[]): string {
  return stops.map((stop) => `${"stop".padEnd(30)} ${JSON.stringify(stop)}`).join("\n");
}
