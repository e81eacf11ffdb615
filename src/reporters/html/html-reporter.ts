import type { FileReporter } from "../file-reporter.ts";
import { renderPage } from "./report-page.ts";

/** A page that holds everything it needs: what broke, where to look, and the evidence drawn. */
export const html: FileReporter = {
  name: "html",
  summary: "a page with each failing stream on a time line",
  render: (report) => renderPage(report),
};
