import { resolve } from "node:path";
import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../cli/base-command.ts";
import { parseListenAddress } from "../cli/listen-address.ts";
import type { ExportedFile } from "../export/export-format.ts";
import { EXPORT_FORMATS, exportFormat, exportFormatNames } from "../export/export-formats.ts";
import { writeExport } from "../export/write-export.ts";
import { paint } from "../text/styled-text.ts";

interface ExportOutput {
  readonly format: string;
  /** Absolute paths of what was written; null where the files are only here. */
  readonly written: readonly string[] | null;
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** What whoever uses them must know: what was left out, and what is still to be done. */
  readonly notes: readonly string[];
}

export default class Export extends BaseCommand {
  static override summary = "Write what runs this stack elsewhere: on Kubernetes, for example.";
  static override description = `It is made of the configuration in force. Formats:
${EXPORT_FORMATS.map(({ name, summary }) => `- ${name}: ${summary}`).join("\n")}

No secret is in them: they say where each is looked for. What is still to be done is told on standard error.
docs/deploy.md shows each from the first command to the first reply.

Exit codes: 0 all is well, 2 it could not: this configuration cannot be run so, or a file is in the way.`;
  static override examples = [
    "<%= config.bin %> export kubernetes --host chat.example.com | kubectl apply -f -",
    "<%= config.bin %> export compose --out deploy && docker compose -f deploy/compose.yaml up",
    "<%= config.bin %> export nginx --out /etc/nginx/conf.d",
  ];
  static override args = {
    format: Args.option({ options: exportFormatNames(), description: "What it is for." })({ required: true }),
  };
  static override flags = {
    host: Flags.string({
      description:
        "A name that people call the page by; may be given several times. Default: those of http.allowed_hosts, else localhost.",
      helpValue: "NAME",
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    image: Flags.string({
      description:
        "The container image of this package, as the Dockerfile makes it. Default: chat-stack:VERSION.",
      helpValue: "NAME",
    }),
    replicas: Flags.integer({
      description:
        "This many copies of gateway and HMI, which need PostgreSQL (store.url). Default: 2 with that for kubernetes, else 1.",
      helpValue: "N",
      min: 1,
      max: 100,
    }),
    upstream: Flags.string({
      description:
        "For a proxy: where it finds a copy of the page's service; may be given several times. Default: where the HMI is configured.",
      helpValue: "HOST:PORT",
      multiple: true,
      multipleNonGreedy: true,
      default: [],
    }),
    out: Flags.string({ description: "Write the files into this folder.", helpValue: "DIR" }),
    force: Flags.boolean({ description: "Write over files that are there.", dependsOn: ["out"] }),
  };

  async run(): Promise<ExportOutput> {
    const { args, flags } = await this.parse(Export);
    const config = await this.loadConfig(flags.config);
    const { files, notes } = exportFormat(args.format).render(config, {
      hosts: flags.host,
      image: flags.image,
      replicas: flags.replicas,
      upstreams: flags.upstream.map((text) => parseListenAddress(text, "--upstream")),
      path: process.env["PATH"],
    });
    const { screen, aside } = this;
    const written =
      flags.out === undefined ? null : writeExport(files, resolve(flags.out), { force: flags.force });
    if (written === null) screen.write(asOneText(files));
    else for (const path of written) screen.line(`  Written: ${path}`);
    for (const note of notes) aside.line(paint("warn", `  ${note}`));
    return { format: args.format, written, files: files.map(({ name, text }) => ({ name, text })), notes };
  }
}

/** One file as it is, so that it can be piped; of several, each under its name. */
function asOneText(files: readonly ExportedFile[]): string {
  const shown = files.filter(({ isTemplate }) => !isTemplate);
  const [only] = shown;
  if (shown.length === 1 && only !== undefined) return only.text;
  return shown.map(({ name, text }) => `# ${name}\n${text}`).join("\n");
}
