import { Command } from "@oclif/core";
import { loadConfig } from "../config/load.ts";

export default class Status extends Command {
  static override description = "Show each service.";
  static override enableJsonFlag = true;
  async run(): Promise<unknown> {
    const c = await loadConfig({ cwd: process.cwd(), env: process.env });
    this.log(c.hmi.host);
    return {};
  }
}
