/** The models of a real Ollama for trials, all of one small file: what they can do differs by their templates. */
export const REAL_MODELS = {
  plain: "smollm2:135m",
  tools: "smol-tools:135m",
  /** The small model hardly ever ends its thoughts by itself, so that they use up `num_predict`. */
  thinking: "smol-think:135m",
} as const;

/** The Modelfile of each, for the model file at this path. */
export function modelfileOf(kind: keyof typeof REAL_MODELS, gguf: string): string {
  return `FROM ${gguf}\nTEMPLATE """${TEMPLATES[kind]}"""\nPARAMETER stop <|im_end|>\n`;
}

const TURN = "<|im_start|>{{ .Role }}\n";
const CHAT_ML = `{{- range .Messages }}${TURN}{{ .Content }}<|im_end|>\n{{ end }}<|im_start|>assistant\n`;

const TEMPLATES: Readonly<Record<keyof typeof REAL_MODELS, string>> = {
  plain: CHAT_ML,
  // That a template names tools is what Ollama takes for the ability.
  tools: `{{- if .Tools }}{{ end }}${CHAT_ML}`,
  thinking:
    `{{- range .Messages }}${TURN}{{ if .Thinking }}<think>{{ .Thinking }}</think>\n{{ end }}{{ .Content }}<|im_end|>\n` +
    "{{ end }}<|im_start|>assistant\n{{ if .Think }}<think>\n{{ end }}",
};
