import { caddyFormat } from "./caddy.ts";
import { composeFormat } from "./compose-file.ts";
import type { ExportFormat } from "./export-format.ts";
import { kubernetesFormat } from "./kubernetes/kubernetes.ts";
import { nginxFormat } from "./nginx.ts";
import { systemdFormat } from "./systemd/systemd-format.ts";

/** Every format of `stack export`. The next one is a file beside this one, and a line here. */
export const EXPORT_FORMATS: readonly ExportFormat[] = [
  kubernetesFormat,
  composeFormat,
  systemdFormat,
  nginxFormat,
  caddyFormat,
];

export function exportFormatNames(): string[] {
  return EXPORT_FORMATS.map(({ name }) => name);
}

/** The format of this name, which must be one of them. */
export function exportFormat(name: string): ExportFormat {
  const format = EXPORT_FORMATS.find((each) => each.name === name);
  if (format === undefined) throw new Error(`There is no format "${name}".`);
  return format;
}
