import type { ImportFormat } from "./import-format.ts";
import { openWebuiExport } from "./open-webui-export.ts";
import { ownExport } from "./own-export.ts";

/** The kinds of files that can be brought in; the first that recognises a file reads it. */
export const IMPORT_FORMATS: readonly ImportFormat[] = [ownExport, openWebuiExport];
