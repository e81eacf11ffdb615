/**
 * What Kubernetes' and Docker's own programs say of the exports, where they are there:
 * `go install sigs.k8s.io/kubectl-validate`, and the standalone docker-compose.
 */
import { join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { DEFAULT_CONFIG } from "../../src/config/default-config.ts";
import { composeFormat } from "../../src/export/compose-file.ts";
import type { ExportFormat } from "../../src/export/export-format.ts";
import { kubernetesFormat } from "../../src/export/kubernetes/kubernetes.ts";
import { FULL_CONFIG } from "../support/export-schemas.ts";
import { toolOnPath } from "../support/field-tools.ts";
import { tempFolder } from "../support/temp.ts";

interface Tool {
  readonly name: string;
  readonly format: ExportFormat;
  readonly args: (file: string) => string[];
  /** What it must find. */
  readonly mistake: readonly [part: string, instead: string];
}

const TOOLS: readonly Tool[] = [
  {
    name: "kubectl-validate",
    format: kubernetesFormat,
    args: (file) => [file],
    mistake: ["readinessProbe:", "readynessProbe:"],
  },
  {
    name: "docker-compose",
    format: composeFormat,
    args: (file) => ["-f", file, "config", "--quiet"],
    mistake: ["gateway:\n        condition", "getaway:\n        condition"],
  },
];

test.for(TOOLS)(
  "$name takes a default and a full configuration, and finds a mistake",
  async (tool, { skip }) => {
    const program = toolOnPath(tool.name) ?? skip(`There is no ${tool.name} on the PATH.`);
    const isTaken = async (text: string): Promise<boolean> => {
      const folder = tempFolder({ "export.yaml": text, "secrets/auth-token": "x" });
      const run = await execa(program, tool.args(join(folder, "export.yaml")), { reject: false });
      return run.exitCode === 0;
    };
    const texts = [DEFAULT_CONFIG, FULL_CONFIG].map(
      (config) => tool.format.render(config, { hosts: [] }).files[0]?.text ?? "",
    );
    expect(await Promise.all(texts.map(isTaken))).toEqual([true, true]);
    const [text = ""] = texts;
    expect(text).toContain(tool.mistake[0]);
    expect(await isTaken(text.replace(...tool.mistake))).toBe(false);
  },
);
